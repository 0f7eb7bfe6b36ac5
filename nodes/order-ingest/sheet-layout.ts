import type { SheetLayout } from '../../lib/intake/read-message';

/** How the node's dialog keeps a layout: lists that a person edits. Nodes of older flows lack the later properties. */
export interface LayoutConfig {
  readonly mapping?: readonly { readonly column: string; readonly field: string }[];
  readonly fixed?: readonly { readonly field: string; readonly value: string }[];
  readonly decimalMark?: SheetLayout['decimalMark'];
  readonly separator?: SheetLayout['separator'];
  readonly encoding?: SheetLayout['encoding'];
  readonly dateFormat?: SheetLayout['dateFormat'];
  readonly othersLeftOut?: boolean;
  readonly firstRowOnly?: boolean;
}

export function layoutOf(config: LayoutConfig): SheetLayout {
  return {
    separator: config.separator ?? '',
    decimalMark: config.decimalMark ?? '',
    mapping: Object.fromEntries((config.mapping ?? []).map(({ column, field }) => [column, field])),
    encoding: config.encoding ?? '',
    dateFormat: config.dateFormat ?? '',
    fixed: Object.fromEntries((config.fixed ?? []).map(({ field, value }) => [field, value])),
    othersLeftOut: config.othersLeftOut === true,
    firstRowOnly: config.firstRowOnly === true,
  };
}
