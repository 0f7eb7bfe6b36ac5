import type { SheetLayout } from '../sheets/layout';

/** A layout of an export that many people have, to start from in the editor. */
export interface Preset {
  readonly name: string;
  readonly layout: Required<Omit<SheetLayout, 'encoding'>>;
  /** Fields that the export does not have, and that need a fixed value. */
  readonly toBeFixed: readonly 'customer'[];
}
