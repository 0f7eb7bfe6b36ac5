import { parseDate } from '../../../domain/dates';
import type { SheetCell } from '../cells';
import { cellPosition, MergedCells, type MergedRange } from './merged-cells';
import type { NumberFormat } from './number-formats';
import { RichText, withoutEscapes } from './shared-strings';
import { dateOfSerial, plainNumber } from './sheet-number';
import { UnreadableWorkbook } from './unreadable';
import { isTrue } from './workbook-parts';
import { readXml, type XmlReader } from './xml';

/** What the cells of all sheets refer to. */
export interface WorkbookContext {
  readonly strings: readonly string[];
  readonly formats: readonly NumberFormat[];
  readonly from1904: boolean;
}

/** Takes a row; answers false when no more are wanted. */
export type TakeRow = (row: SheetCell[], number: number, isHidden: boolean) => boolean;

const lastRow = 1_048_576;
const lastColumn = 16_384;
/** Columns that an order list may have; what stands farther right belongs to none of them, wherever it is. */
const widest = 500;

class EnoughRows extends Error {}

/** Hands over the rows of a sheet in order until one is answered with false. The size that the sheet states is not looked at. */
export async function readSheetRows(
  pieces: AsyncIterable<Buffer>,
  context: WorkbookContext,
  merged: readonly MergedRange[],
  take: TakeRow,
): Promise<void> {
  try {
    await readXml(pieces, new SheetReader(context, new MergedCells(merged), take));
  } catch (error) {
    if (!(error instanceof EnoughRows)) throw error;
  }
}

/** Rows and cells without a reference follow the one before. */
class SheetReader implements XmlReader {
  private inData = false;
  private row: SheetCell[] = [];
  private number = 0;
  private isHidden = false;
  private column = -1;
  private type = '';
  private style = 0;
  private value = '';
  private hasFormula = false;
  private reads: 'value' | 'inline' | undefined;
  private readonly inline = new RichText();
  private lastDate: { readonly serial: string; readonly date: string | null } = { serial: '', date: null };

  constructor(
    private readonly context: WorkbookContext,
    private readonly merged: MergedCells,
    private readonly take: TakeRow,
  ) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'sheetData') this.inData = true;
    if (!this.inData) return;
    switch (name) {
      case 'row':
        this.beginRow(attributes);
        return;
      case 'c':
        this.beginCell(attributes);
        return;
      case 'v':
        this.reads = 'value';
        return;
      case 'f':
        this.hasFormula = true;
        return;
      case 'is':
        this.inline.begin();
        this.reads = 'inline';
        return;
      default:
        if (this.reads === 'inline') this.inline.open(name);
    }
  }

  text(text: string): void {
    if (this.reads === 'value') this.value += text;
    else if (this.reads === 'inline') this.inline.add(text);
  }

  close(name: string): void {
    if (!this.inData) return;
    switch (name) {
      case 'v':
        this.reads = undefined;
        return;
      case 'is':
        this.value = this.inline.end();
        this.reads = undefined;
        return;
      case 'c':
        this.endCell();
        return;
      case 'row':
        this.merged.fill(this.row, this.number);
        if (!this.take(this.row, this.number, this.isHidden)) throw new EnoughRows();
        return;
      case 'sheetData':
        this.inData = false;
        return;
      default:
        if (this.reads === 'inline') this.inline.close(name);
    }
  }

  private beginRow(attributes: Readonly<Record<string, string>>): void {
    const said = attributes.r;
    const number = said === undefined ? this.number + 1 : Number(said);
    if (!Number.isInteger(number) || number <= this.number || number > lastRow) {
      throw new UnreadableWorkbook(
        `The rows of a sheet are not in order after row ${this.number}. Save the workbook again.`,
      );
    }
    this.number = number;
    this.isHidden = isTrue(attributes.hidden);
    this.row = [];
    this.column = -1;
  }

  private beginCell(attributes: Readonly<Record<string, string>>): void {
    const said = attributes.r;
    const column = said === undefined ? this.column + 1 : (cellPosition(said)?.column ?? -1);
    if (column <= this.column || column >= lastColumn) {
      throw new UnreadableWorkbook(`The cells of row ${this.number} are not in order. Save the workbook again.`);
    }
    this.column = column;
    this.type = attributes.t ?? 'n';
    this.style = Number(attributes.s ?? 0);
    this.value = '';
    this.hasFormula = false;
  }

  private endCell(): void {
    const cell = this.cell();
    if (cell === '') return;
    const index = Math.min(this.column, widest);
    while (this.row.length <= index) this.row.push('');
    this.row[index] = cell;
  }

  private cell(): SheetCell {
    const { type, value } = this;
    switch (type) {
      case 's':
        return value === '' ? '' : (this.context.strings[Number(value)] ?? missingText);
      case 'str':
        return withoutEscapes(value);
      case 'inlineStr':
        return value;
      case 'b':
        return value === '' ? '' : isTrue(value) ? 'TRUE' : 'FALSE';
      case 'e':
        return { kind: 'faulty', text: value, message: `The cell shows ${value.slice(0, 20)}; correct its formula.` };
      case 'd':
        return parseDate(value.slice(0, 10)) === null
          ? { kind: 'faulty', text: value, message: 'The cell holds a date that does not exist.' }
          : { kind: 'date', text: value.slice(0, 10) };
      default:
        return value === '' && this.hasFormula ? withoutResult : this.numberCell(value);
    }
  }

  /** Rows of an order list have few different dates. */
  private dateOf(serial: string): string | null {
    if (serial !== this.lastDate.serial) {
      this.lastDate = { serial, date: dateOfSerial(serial, this.context.from1904) };
    }
    return this.lastDate.date;
  }

  private numberCell(value: string): SheetCell {
    if (value === '') return '';
    const text = plainNumber(value);
    if (text === undefined)
      return { kind: 'faulty', text: value, message: 'The cell holds no number, but says that it does.' };
    const format = this.context.formats[this.style];
    switch (format?.kind) {
      case 'date': {
        const date = this.dateOf(text);
        return date === null
          ? { kind: 'faulty', text, message: 'The cell is formatted as a date, but its number is none.' }
          : { kind: 'date', text: date };
      }
      case 'zeros':
        return /^\d+$/.test(text)
          ? { kind: 'number', text, shown: text.padStart(format.digits, '0') }
          : { kind: 'number', text };
      default:
        return { kind: 'number', text };
    }
  }
}

const missingText: SheetCell = {
  kind: 'faulty',
  text: '',
  message: 'The cell refers to a text that the workbook does not have. Save it again.',
};

const withoutResult: SheetCell = {
  kind: 'faulty',
  text: '',
  message: 'The cell has a formula without a result. Open the workbook in a spreadsheet, save it, and send it again.',
};
