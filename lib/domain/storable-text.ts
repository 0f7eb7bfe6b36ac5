/** What databases keep as it is: no zero characters, and no halves of surrogate pairs. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');

/** A text of a stranger without what no database keeps: zero characters, and halves of surrogate pairs as a cut can leave them. */
export function storableText(text: string): string {
  const whole = text.toWellFormed();
  return whole.includes('\u0000') ? whole.replaceAll('\u0000', '\ufffd') : whole;
}

const longestShown = 80;

/** A text of a stranger as it can be stored and shown: at most 80 characters. */
export function shownText(text: string): string {
  return storableText(text.slice(0, longestShown));
}
