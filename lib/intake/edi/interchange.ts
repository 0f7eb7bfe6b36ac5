/** The two families of EDI syntax. */
export type EdiStandard = 'x12' | 'edifact';

/** Who sends or receives an interchange: ISA05/06, UNB S002. Trimmed; the qualifier is '' when there is none. */
export interface EdiParty {
  readonly qualifier: string;
  readonly id: string;
}

/**
 * What is wrong with the syntax of an interchange, in words and in the code with which the standard's own acknowledgement
 * reports it: TA105, AK304, AK403, AK502, AK905 of X12, data element 0085 of EDIFACT.
 */
export interface SyntaxFault {
  readonly level: 'interchange' | 'group' | 'message' | 'segment' | 'element';
  readonly code: string;
  /** True when what it belongs to (message, group or interchange) cannot be taken; false: taken, with a note. */
  readonly rejects: boolean;
  readonly message: string;
  /** Of the segment, in bytes from the start of the file. */
  readonly offset: number;
  readonly segment?: string;
  /** Of the segment in its message, the header (ST, UNH) being 1. */
  readonly position?: number;
  /** From 1. */
  readonly element?: number;
  readonly component?: number;
  readonly repetition?: number;
  /** The number of the data element in the standard's directory, when it is known. */
  readonly dataElement?: string;
  /** What stands there, cut to 80 characters. */
  readonly value?: string;
}

/**
 * A segment, every value as it was sent. `elements[0]` is the first element after the tag; each is a list of
 * repetitions, and each of those a list of components. Absent ones are '' or missing at the end.
 */
export interface EdiSegment {
  readonly tag: string;
  readonly elements: readonly (readonly (readonly string[])[])[];
  /** In its message, the header (ST, UNH) being 1; 0 for segments of the envelope. */
  readonly position: number;
  /** In bytes from the start of the file. */
  readonly offset: number;
}

/** One message (transaction set) from its header to its trailer. */
export interface EdiMessage {
  /** `850`, `860`, `ORDERS`, `CONTRL`, … */
  readonly type: string;
  /** ST02, UNH 0062: as sent. */
  readonly controlNumber: string;
  /** GS08 or ST03; UNH S009 as `D:96A:UN:EAN008`. */
  readonly version: string;
  /** From 1, in its group, or in its interchange when that has no groups. */
  readonly ordinal: number;
  /** With header and trailer. */
  readonly segments: readonly EdiSegment[];
  readonly faults: readonly SyntaxFault[];
}

/** A functional group: GS/GE always in X12, UNG/UNE seldom in EDIFACT; without one there is one of `controlNumber` ''. */
export interface EdiGroup {
  /** GS01 (`PO`, `FA`); UNG 0038; '' without a group. */
  readonly functionalId: string;
  readonly sender: string;
  readonly receiver: string;
  readonly controlNumber: string;
  readonly version: string;
  readonly messages: readonly EdiMessage[];
  /** How many messages the trailer says there are; null when it is missing or unreadable. */
  readonly statedMessages: number | null;
  readonly faults: readonly SyntaxFault[];
}

/** The characters with which an interchange separates; '' where it has none. */
export interface EdiSeparators {
  readonly element: string;
  readonly component: string;
  readonly repetition: string;
  readonly terminator: string;
}

export interface EdiInterchange {
  readonly standard: EdiStandard;
  readonly separators?: EdiSeparators;
  readonly sender: EdiParty;
  readonly receiver: EdiParty;
  /** ISA13, UNB 0020: as sent, trimmed. */
  readonly controlNumber: string;
  /** ISA12 (`00401`), UNB S001 (`UNOC:3`). */
  readonly version: string;
  /** YYYY-MM-DDTHH:MM, '' when it cannot be read. */
  readonly preparedAt: string;
  readonly test: boolean;
  /** ISA14 = 1 (a TA1 is wanted), UNB 0031 = 1 (a CONTRL is wanted). */
  readonly acknowledgementRequested: boolean;
  readonly groups: readonly EdiGroup[];
  /** Segments of the interchange itself, outside its groups: TA1. */
  readonly segments?: readonly EdiSegment[];
  /** Faults of the envelope itself. */
  readonly faults: readonly SyntaxFault[];
  /** Bytes of the file from `start` to before `end` are this interchange. */
  readonly start: number;
  readonly end: number;
}

/** All interchanges of a file, in order. Nothing in it is dropped in silence: what belongs to none is in `faults`. */
export interface EdiFile {
  readonly interchanges: readonly EdiInterchange[];
  readonly faults: readonly SyntaxFault[];
  readonly warnings: readonly string[];
}

/** Bounds of what is read; beyond one the rest is refused with a clear fault. */
export interface EdiLimits {
  readonly bytes: number;
  readonly segmentBytes: number;
  readonly elements: number;
  readonly components: number;
  readonly segmentsPerMessage: number;
  /** Interchanges, groups and messages of a file, counted together: each takes memory, however short it is. */
  readonly envelopes: number;
}

export const defaultEdiLimits: EdiLimits = {
  bytes: 100_000_000,
  segmentBytes: 65_536,
  elements: 200,
  components: 100,
  segmentsPerMessage: 500_000,
  envelopes: 100_000,
};
