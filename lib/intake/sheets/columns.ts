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
  const meaningOf = meanings(layout, place.row(number), faults);
  const header = row.map(textOf);
  const mapped = new Set(Object.keys(layout.mapping).map(plainName));
  const own = new Set(header.map((name) => meaningOf.get(plainName(name))));
  const byMapping = new Set(
    header.map(plainName).flatMap((plain) => (mapped.has(plain) ? [meaningOf.get(plain)] : [])),
  );
  const names = new Map<SheetField, string>();
  const unnamed: number[] = [];
  const fields = header.map((name, index) => {
    const plain = plainName(name);
    const alias = fieldOfAlias.get(plain);
    const field = meaningOf.get(plain) ?? (alias !== undefined && !own.has(alias) ? alias : undefined);
    const at = place.cell(number, index, shownText(name));
    if (name === '') unnamed.push(index);
    else if (field === undefined) {
      if (!layout.othersLeftOut) faults.push({ path: at, code: 'unknown-column', message: unknownWords });
    } else if (layout.othersLeftOut && !mapped.has(plain) && byMapping.has(field)) {
      return undefined;
    } else if (field !== '') {
      const first = names.get(field);
      if (first === undefined) names.set(field, place.column(index, name));
      else if (!joiners.has(field) || !mapped.has(plain)) {
        const message = `The column ${first} gives ${field} already; keep one of the two.`;
        faults.push({ path: at, code: 'duplicate-key', message });
        return undefined;
      }
      return field;
    }
    return undefined;
  });
  const missing = requiredFields.filter((field) => !names.has(field) && !layout.fixed?.[field]);
  for (const field of missing) {
    const message = `The header has no column ${field}; add it, map a column to it, or set a fixed value.`;
    faults.push({ path: place.row(number), code: 'missing-field', message });
  }
  const needed = requiredFields.filter((field) => names.has(field)).length;
  return { fields, header, unnamed, names, needed, isComplete: missing.length === 0, faults };
}

const unknownWords = `No field has this name. Rename the column to one of ${sheetFields.join(', ')}, or map it to a field, or to nothing.`;

function meanings({ mapping }: SheetLayout, path: string, faults: Fault[]): Map<string, SheetField | ''> {
  const meaningOf = new Map<string, SheetField | ''>(fieldOfName);
  for (const [column, target] of Object.entries(mapping)) {
    const field = target.trim() === '' ? '' : fieldOfName.get(plainName(target));
    if (field === undefined) {
      const message = `The mapping gives the column ${column} the field ${target}, which does not exist; use one of ${sheetFields.join(', ')}.`;
      faults.push({ path, code: 'unknown-field', message });
    } else meaningOf.set(plainName(column), field);
  }
  return meaningOf;
}
