import type { EdiLimits, SyntaxFault } from '../interchange';

/** More faults than a file may fill the memory with. */
const mostFaults = 100_000;
/** More than a person will read of one message or envelope. */
const mostFaultsOfOne = 1000;

/** Bounds the faults of a file, and its interchanges, groups and messages: reading stops when one of both is spent. */
export class FileBudget {
  private faultsLeft = mostFaults;
  private envelopesLeft: number;

  constructor({ envelopes }: Pick<EdiLimits, 'envelopes'>) {
    this.envelopesLeft = envelopes;
  }

  /** What there is too much of; undefined while reading can go on. */
  get spent(): 'faults' | 'messages' | undefined {
    if (this.faultsLeft <= 0) return 'faults';
    return this.envelopesLeft <= 0 ? 'messages' : undefined;
  }

  spendFault(): void {
    this.faultsLeft -= 1;
  }

  spendEnvelope(): void {
    this.envelopesLeft -= 1;
  }
}

type Level = SyntaxFault['level'];
export type FaultDetails = Partial<Pick<SyntaxFault, 'segment' | 'position' | 'element' | 'value'>>;

/** The faults of one message, group or interchange. */
export class SyntaxFaults {
  readonly list: SyntaxFault[] = [];

  constructor(
    private readonly level: Level,
    private readonly budget: FileBudget,
  ) {}

  reject(code: string, message: string, offset: number, details: FaultDetails = {}, level: Level = this.level): void {
    this.add({ level, code, rejects: true, message, offset, ...details });
  }

  note(code: string, message: string, offset: number, details: FaultDetails = {}, level: Level = this.level): void {
    this.add({ level, code, rejects: false, message, offset, ...details });
  }

  private add(fault: SyntaxFault): void {
    this.budget.spendFault();
    if (this.list.length < mostFaultsOfOne) this.list.push(fault);
    else if (this.list.length === mostFaultsOfOne) {
      const message = `There are more faults than these ${mostFaultsOfOne}; correct them first.`;
      this.list.push({ ...fault, rejects: true, message });
    }
  }
}

/** What was sent, cut to what a fault shows of it. */
export function shown(sent: string): string {
  return sent.slice(0, 80);
}

/** A count as it stands in a trailer; null when it is none. */
export function countOf(sent: string): number | null {
  return /^\d{1,15}$/.test(sent) ? Number(sent) : null;
}
