import type { SheetLayout } from '../../lib/intake/sheets/layout';

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

/** What is not set stays unsaid, so that a node as it is dropped reads as usual. */
export function layoutOf(config: LayoutConfig): SheetLayout {
  const { encoding, dateFormat, othersLeftOut, firstRowOnly, fixed = [] } = config;
  return {
    separator: config.separator ?? '',
    decimalMark: config.decimalMark ?? '',
    mapping: Object.fromEntries((config.mapping ?? []).map(({ column, field }) => [column, field])),
    ...(encoding ? { encoding } : {}),
    ...(dateFormat ? { dateFormat } : {}),
    ...(fixed.length > 0 ? { fixed: Object.fromEntries(fixed.map(({ field, value }) => [field, value])) } : {}),
    ...(othersLeftOut ? { othersLeftOut } : {}),
    ...(firstRowOnly ? { firstRowOnly } : {}),
  };
}
