import type { FaultCode } from './faults';
import { flag, isObject, list, oneOf, orNull, type Read, text, whole } from './master-fields';

export const ediAnswers = ['order-response', 'despatch-advice', 'invoice'] as const;
export type EdiAnswerKind = (typeof ediAnswers)[number];

export const acknowledgeWhen = ['auto', 'always', 'never'] as const;
export type AcknowledgeWhen = (typeof acknowledgeWhen)[number];

/** How EDI goes with a partner. Its own ids stand in `ediIds`. */
export interface EdiSettings {
  /** as whom the company answers, `ZZ:SELLER`; null: as whom the partner addressed it */
  readonly ownId: string | null;
  /** 997, 999 and CONTRL; `auto`: X12 always, EDIFACT when asked for */
  readonly acknowledge: AcknowledgeWhen;
  /** TA1; `auto`: when asked for */
  readonly acknowledgeInterchange: AcknowledgeWhen;
  /** business answers that were agreed */
  readonly answers: readonly EdiAnswerKind[];
  /** version of the answers, `004010` or `D:96A:UN:EAN008`; null: that of the partner's message */
  readonly version: string | null;
  /** of X12 files, which do not say it themselves; null: UTF-8, else Latin-1 */
  readonly charset: string | null;
  /** wrong counts and unknown segments reject, instead of being looked at by a person */
  readonly strict: boolean;
  /** free text sends an order to a person */
  readonly reviewText: boolean;
  /** quantities and amounts of an 810 that credits are below zero; else above, and its type says which way */
  readonly negativeCredits: boolean;
  /** all of its interchanges are tests */
  readonly test: boolean;
  /** hours after which an answer that the partner has not acknowledged raises a signal; 0: none is expected */
  readonly acknowledgedWithin: number;
}

export const defaultEdiSettings: EdiSettings = {
  ownId: null,
  acknowledge: 'auto',
  acknowledgeInterchange: 'auto',
  answers: [],
  version: null,
  charset: null,
  strict: false,
  reviewText: false,
  negativeCredits: false,
  test: false,
  acknowledgedWithin: 24,
};

/** An id as `QUALIFIER:ID`; the qualifier may be empty. */
const interchangeId: Read<string> = (value, report) => {
  const id = text(60)(value, report);
  if (id === undefined || /^[^:\s]{0,4}:[^:]+$/.test(id)) return id;
  report('out-of-range', 'This must be a qualifier, a colon and an id, such as ZZ:ACME or 14:4012345000009.');
  return undefined;
};

const version: Read<string> = (value, report) => {
  const written = text(30)(value, report);
  if (written === undefined || /^(0\d{5}[A-Z]*|D:\d{2}[AB]:UN(:[A-Z0-9]+)?)$/.test(written)) return written;
  report('out-of-range', 'This must be a version such as 004010, D:96A:UN or D:01B:UN:EAN010.');
  return undefined;
};

const fields: { readonly [Name in keyof EdiSettings]: Read<EdiSettings[Name]> } = {
  ownId: orNull(interchangeId),
  acknowledge: oneOf(acknowledgeWhen),
  acknowledgeInterchange: oneOf(acknowledgeWhen),
  answers: list(oneOf(ediAnswers)),
  version: orNull(version),
  charset: orNull(text(40)),
  strict: flag,
  reviewText: flag,
  negativeCredits: flag,
  test: flag,
  acknowledgedWithin: whole(0, 8760),
};

/** Settings while they are read; what cannot be is undefined. */
type ReadSettings = { -readonly [Name in keyof EdiSettings]: EdiSettings[Name] | undefined };

const isField = (name: string): name is keyof EdiSettings => Object.hasOwn(fields, name);
const isWhole = (read: ReadSettings): read is EdiSettings => !Object.values(read).includes(undefined);

/** The settings as a record says them; what it leaves out is as by default. */
export const ediSettings: Read<EdiSettings> = (value, report) => {
  if (!isObject(value)) {
    report('wrong-type', 'This must be an object with fields.');
    return undefined;
  }
  const read: ReadSettings = { ...defaultEdiSettings };
  const take = <Name extends keyof EdiSettings>(name: Name, sent: unknown, below: typeof report): void => {
    read[name] = fields[name](sent, below);
  };
  for (const [name, sent] of Object.entries(value)) {
    if (!isField(name)) {
      report('unknown-field', `This is no EDI setting; use ${Object.keys(fields).join(', ')}.`, `/${name}`);
      continue;
    }
    const below = (code: FaultCode, message: string, deeper = ''): void => report(code, message, `/${name}${deeper}`);
    take(name, sent, below);
  }
  return isWhole(read) ? read : undefined;
};
