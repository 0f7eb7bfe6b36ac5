/** What a warehouse is asked to ship: one release. Quantities are decimal strings in `uom`. */
export interface ShippingRequest {
  /** Names the release for ever: the same key is sent again after an unknown outcome, and ships once. */
  readonly key: string;
  readonly salesOrder: string;
  readonly release: number;
  readonly warehouse: string;
  readonly shipTo: object | null;
  readonly requestedDelivery: string | null;
  readonly lines: readonly ShippingLine[];
}

export interface ShippingLine {
  readonly line: number;
  readonly sku: string;
  readonly quantity: string;
  readonly uom: string;
}

/** `words` are the warehouse's own, `cause` is ours; both at most 500 characters, fit for a table and for a person. */
export type ShippingOutcome =
  | { readonly key: string; readonly kind: 'acknowledged'; readonly reference: string }
  | { readonly key: string; readonly kind: 'refused'; readonly status: number; readonly words: string }
  | { readonly key: string; readonly kind: 'unknown'; readonly cause: string };

export type CancelOutcome =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'refused'; readonly status: number; readonly words: string }
  | { readonly kind: 'pending' }
  | { readonly kind: 'unknown'; readonly cause: string };
