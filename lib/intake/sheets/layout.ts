import type { SheetField } from './fields';

/** `plain-tab`: tabs, and quotes are characters like others, as in the reports of Amazon. */
export type Separator = '' | ',' | ';' | '\t' | '|' | 'plain-tab';

/** What stands before the decimals of a number; '' takes only numbers that can mean one thing. */
export type DecimalMark = '' | '.' | ',';

export const encodings = ['', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'iso-8859-15', 'windows-1250'] as const;

/** '' finds it out. */
export type SheetEncoding = (typeof encodings)[number];

export const dateFormats = [
  '',
  'DD.MM.YYYY',
  'DD/MM/YYYY',
  'DD-MM-YYYY',
  'MM/DD/YYYY',
  'MM-DD-YYYY',
  'YYYY/MM/DD',
  'YYYYMMDD',
] as const;

/** How dates are written; '' is YYYY-MM-DD. */
export type DateFormat = (typeof dateFormats)[number];

/** Column names of a layout to fields; '' leaves a column out. Names are compared as headers are. */
export type ColumnMapping = Readonly<Record<string, string>>;

/** How a table of orders is written. What is not said is found out, or has one meaning only. */
export interface SheetLayout {
  readonly separator: Separator;
  readonly decimalMark: DecimalMark;
  readonly mapping: ColumnMapping;
  readonly encoding?: SheetEncoding;
  readonly dateFormat?: DateFormat;
  /** Values for fields of which an order says nothing, such as the one customer of a web shop. */
  readonly fixed?: Readonly<Partial<Record<SheetField, string>>>;
  /** Columns that are neither fields nor mapped are left out instead of refused. */
  readonly othersLeftOut?: boolean;
  /** What belongs to the order stands in its first row; the rows below it have an empty PO number, or the same one. */
  readonly firstRowOnly?: boolean;
}

export const plainLayout: SheetLayout = { separator: '', decimalMark: '', mapping: {} };

/** What a file may have at most. */
export interface SheetLimits {
  readonly rows: number;
  readonly ordersPerMessage: number;
}
