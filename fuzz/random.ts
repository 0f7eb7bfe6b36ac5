/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  private state: number;

  constructor(...seeds: readonly (number | string)[]) {
    this.state = 0x9e3779b9;
    for (const character of seeds.join('/')) {
      this.state = Math.imul(this.state ^ character.charCodeAt(0), 0x85ebca6b);
      this.state ^= this.state >>> 13;
    }
  }

  /** A whole number from 0 to below `end`; 0 when that is 0. */
  below(end: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * end);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}
