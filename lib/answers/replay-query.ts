import { BusinessRejection } from '../domain/faults';
import { channels } from '../domain/master';
import type { FailedSelection } from '../store/inbox-replay';
import { type ListQuery, ListQueryReader } from './list-query';

const failedStates = ['rejected', 'parked'] as const;
const conditions = ['state', 'code', 'channel', 'partner', 'text', 'from', 'to'] as const;
const mostIds = 1_000;
const idPattern = /^\d{1,15}$/;

/**
 * Which failed documents are meant: `inboxId` (one number, or several as a list or separated by commas), or any of
 * `state`, `code`, `channel`, `partner`, `text`, `from`, `to`, or `all`. Nothing at all is refused: working everything
 * again must be said.
 * @throws BusinessRejection with every parameter that is not valid
 */
export function replaySelectionOf(query: ListQuery): FailedSelection {
  const { inboxId, all, ...rest } = query;
  const reader = new ListQueryReader(rest, conditions);
  const selection: FailedSelection = {
    inboxIds: idsOf(inboxId),
    state: reader.oneOf('state', failedStates),
    code: reader.text('code'),
    channel: reader.oneOf('channel', channels),
    partner: reader.text('partner'),
    text: reader.text('text'),
    from: reader.from(),
    until: reader.until(),
  };
  reader.check();
  const isAll = all === true || all === 'true';
  if (!isAll && Object.values(selection).every((value) => value === undefined)) {
    const words = `Say what to work again: inboxId, any of ${conditions.join(', ')}, or all.`;
    throw new BusinessRejection('missing-field', words, [{ path: '/inboxId', code: 'missing-field', message: words }]);
  }
  return selection;
}

function idsOf(value: unknown): number[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === '') {
    const message = 'The parameter inboxId is empty; leave it out for all.';
    throw new BusinessRejection('missing-field', message, [{ path: '/inboxId', code: 'missing-field', message }]);
  }
  const texts = (Array.isArray(value) ? value : String(value).split(',')).map((each) => String(each).trim());
  const wrong = texts.find((each) => !idPattern.test(each));
  if (wrong !== undefined || texts.length > mostIds) {
    const words =
      wrong === undefined
        ? `At most ${mostIds} messages can be named at once; say what they have in common instead.`
        : `${wrong.slice(0, 80)} is no message number; a number such as 17 is meant.`;
    throw new BusinessRejection('out-of-range', words, [{ path: '/inboxId', code: 'out-of-range', message: words }]);
  }
  return texts.map(Number);
}
