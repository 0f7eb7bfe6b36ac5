const width = 30;

/** How far a long command is, on a terminal that a person looks at; nothing elsewhere. */
export class ProgressBar {
  private readonly isShown: boolean;

  constructor(wanted: boolean) {
    this.isShown = wanted && process.stderr.isTTY === true;
  }

  show(done: number, of: number): void {
    if (!this.isShown || of === 0) return;
    const filled = Math.floor((done / of) * width);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(width - filled)}`;
    process.stderr.write(`\r[${bar}] ${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')}`);
  }

  /** Takes the bar away, so that what is printed next stands alone. */
  end(): void {
    if (this.isShown) process.stderr.write('\r\u001b[K');
  }
}
