import type { Fault } from '../../domain/faults';
import { shownText } from '../shown-value';
import { type SheetRow, textOf } from './cells';
import { fieldOfAlias, fieldOfName, joiners, plainName, requiredFields, type SheetField, sheetFields } from './fields';
import type { SheetLayout } from './layout';
import type { SheetPlace } from './places';

export interface SheetColumns {
  /** The field of each column; undefined for one that is left out. */
  readonly fields: readonly (SheetField | undefined)[];
  /** The names as they stand in the header. */
  readonly header: readonly string[];
  /** Columns without a name: a value in one of them belongs to nothing. */
  readonly unnamed: readonly number[];
  /** The name in the file for each field that is there. */
  readonly names: ReadonlyMap<SheetField, string>;
  /** How many of the needed fields are there. */
  readonly needed: number;
  readonly isComplete: boolean;
  readonly faults: readonly Fault[];
}

/** Finds out what the columns of a header mean; faults are complete, each names its column. */
export function readHeader(row: SheetRow, number: number, layout: SheetLayout, place: SheetPlace): SheetColumns {
  const faults: Fault[] = [];
  const header = row.map(textOf);
  const meanings = new Meanings(header, layout, place.row(number), faults);
  const names = new Map<SheetField, string>();
  const fields = header.map((name, index): SheetField | undefined => {
    const field = meanings.of(name);
    const at = place.cell(number, index, shownText(name));
    if (field === undefined) faults.push({ path: at, code: 'unknown-column', message: unknownWords(shownText(name)) });
    if (field === undefined || field === '') return undefined;
    const first = names.get(field);
    if (first !== undefined && !meanings.mayShare(name, field)) {
      const message = `The column ${first} gives ${field} already; keep one of the two.`;
      faults.push({ path: at, code: 'duplicate-key', message });
      return undefined;
    }
    if (first === undefined) names.set(field, place.column(index, shownText(name)));
    return field;
  });
  const missing = requiredFields.filter((field) => !names.has(field) && !layout.fixed?.[field]);
  for (const field of missing) {
    const message = `The header has no column ${field}; add it, map a column to it, or set a fixed value.`;
    faults.push({ path: place.row(number), code: 'missing-field', message });
  }
  return {
    fields,
    header,
    unnamed: header.flatMap((name, index) => (name === '' ? [index] : [])),
    names,
    needed: requiredFields.filter((field) => names.has(field)).length,
    isComplete: missing.length === 0,
    faults,
  };
}

/** What the names in a header mean: first by the mapping, then as fields are called, then as people call them. */
class Meanings {
  private readonly mapped = new Map<string, SheetField | ''>();
  /** Fields that the mapping, or a name of their own, gives to a column of this header. */
  private readonly byMapping: ReadonlySet<SheetField | '' | undefined>;
  private readonly byName: ReadonlySet<SheetField | undefined>;

  constructor(
    header: readonly string[],
    private readonly layout: SheetLayout,
    path: string,
    faults: Fault[],
  ) {
    for (const [column, target] of Object.entries(layout.mapping)) {
      const field = target.trim() === '' ? '' : fieldOfName.get(plainName(target));
      if (field === undefined) {
        const message = `The mapping gives the column ${column} the field ${target}, which does not exist; use one of ${sheetFields.join(', ')}.`;
        faults.push({ path, code: 'unknown-field', message });
      } else this.mapped.set(plainName(column), field);
    }
    const plain = header.map(plainName);
    this.byMapping = new Set(plain.map((name) => this.mapped.get(name)));
    this.byName = new Set(plain.map((name) => (this.mapped.has(name) ? undefined : fieldOfName.get(name))));
  }

  /** '' for a column that is left out, undefined for one that nobody knows. */
  of(name: string): SheetField | '' | undefined {
    if (name === '') return '';
    const plain = plainName(name);
    const mapped = this.mapped.get(plain);
    if (mapped !== undefined) return mapped;
    const known = fieldOfName.get(plain) ?? this.byAlias(plain);
    const isLeftOut = this.layout.othersLeftOut === true && (known === undefined || this.byMapping.has(known));
    return isLeftOut ? '' : known;
  }

  /** Several columns may share a field of words when the mapping says so. */
  mayShare(name: string, field: SheetField): boolean {
    return joiners.has(field) && this.mapped.has(plainName(name));
  }

  private byAlias(plain: string): SheetField | undefined {
    const field = fieldOfAlias.get(plain);
    return field === undefined || this.byMapping.has(field) || this.byName.has(field) ? undefined : field;
  }
}

const unknownWords = (name: string): string =>
  `No field is called ${name}. Rename the column to one of ${sheetFields.join(', ')}, or map it to a field, or to nothing.`;
