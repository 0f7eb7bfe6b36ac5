/** SQL conditions that are put together from what was asked for. */
export class Conditions {
  private readonly texts: string[] = [];
  readonly values: unknown[] = [];

  add(text: string, ...values: unknown[]): this {
    this.texts.push(text);
    this.values.push(...values);
    return this;
  }

  /** Adds the condition only when there is something to compare with. */
  when(text: string, value: unknown): this {
    return value === undefined ? this : this.add(text, value);
  }

  get where(): string {
    return this.texts.length === 0 ? '' : `where ${this.texts.join(' and ')}`;
  }
}

/** SQL: the column contains a text; bind `containing(text)`. Latin letters in any case, on both databases alike. */
export const foundIn = (column: string): string => `lower(${column}) like ? escape '!'`;

export const containing = (text: string): string =>
  `%${text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[!%_]/g, '!$&')}%`;
