import type { Fault } from '../domain/faults';
import { shownText } from './shown-value';

/** The fields that a column can have, as they are written in a header. */
export const csvFields = [
  'poNumber',
  'release',
  'customer',
  'currency',
  'orderDate',
  'requestedDelivery',
  'warehouse',
  'line',
  'sku',
  'quantity',
  'uom',
  'unitPrice',
  'shipToName',
  'shipToAddress',
  'shipToCity',
  'shipToPostalCode',
  'shipToCountry',
  'note',
] as const;

export type CsvField = (typeof csvFields)[number];

/** Column names of a layout to fields; '' leaves a column out. Names are compared as headers are. */
export type ColumnMapping = Readonly<Record<string, string>>;

export interface CsvColumns {
  /** The field of each column; undefined for one that is left out. */
  readonly fields: readonly (CsvField | undefined)[];
  /** Columns without a name: a value in one of them belongs to nothing. */
  readonly unnamed: readonly number[];
  /** The name in the file for each field that is there. */
  readonly names: ReadonlyMap<CsvField, string>;
  readonly faults: readonly Fault[];
}

const requiredFields: readonly CsvField[] = ['poNumber', 'customer', 'sku', 'quantity'];

/** Finds out what the columns of a header mean; faults are complete, each names its column. */
export function readHeader(header: readonly string[], mapping: ColumnMapping): CsvColumns {
  const faults: Fault[] = [];
  const fieldOf = meanings(mapping, faults);
  const names = new Map<CsvField, string>();
  const unnamed: number[] = [];
  const fields = header.map((cell, index) => {
    const name = cell.trim();
    const field = fieldOf.get(plainName(name));
    const path = `row 1, column ${shownText(name)}`;
    if (name === '') unnamed.push(index);
    else if (field === undefined) {
      const message = `No field has this name. Rename the column to one of ${csvFields.join(', ')}, or map it to a field, or to nothing.`;
      faults.push({ path, code: 'unknown-column', message });
    } else if (field !== '' && names.has(field)) {
      faults.push({
        path,
        code: 'duplicate-key',
        message: `The column ${names.get(field)} gives ${field} already; keep one of the two.`,
      });
    } else if (field !== '') {
      names.set(field, name);
      return field;
    }
    return undefined;
  });
  for (const field of requiredFields) {
    if (names.has(field)) continue;
    faults.push({
      path: 'row 1',
      code: 'missing-field',
      message: `The header has no column ${field}; add it, or map a column to it.`,
    });
  }
  return { fields, unnamed, names, faults };
}

function meanings(mapping: ColumnMapping, faults: Fault[]): Map<string, CsvField | ''> {
  const known = new Map<string, CsvField>(csvFields.map((field) => [plainName(field), field]));
  const fieldOf = new Map<string, CsvField | ''>(known);
  for (const [column, target] of Object.entries(mapping)) {
    const field = target.trim() === '' ? '' : known.get(plainName(target));
    if (field === undefined) {
      const message = `The mapping gives the column ${column} the field ${target}, which does not exist; use one of ${csvFields.join(', ')}.`;
      faults.push({ path: 'row 1', code: 'unknown-field', message });
    } else fieldOf.set(plainName(column), field);
  }
  return fieldOf;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}
