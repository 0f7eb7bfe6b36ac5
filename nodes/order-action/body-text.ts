import { BusinessRejection } from '../../lib/domain/faults';

const controlCharacter = /[^\P{Cc}\t\n\r]|\p{Cs}/u;

/**
 * A text of a body without the blanks around it; empty when there is none.
 * @throws BusinessRejection `wrong-type` for what is no text, is longer, or holds what no database keeps
 */
export function textOf(value: unknown, path: string, longest: number): string {
  if (value === undefined || value === null) return '';
  const written = typeof value === 'string' ? value.trim() : undefined;
  if (written !== undefined && written.length <= longest && !controlCharacter.test(written)) return written;
  const words = `a text of at most ${longest} characters, without control characters`;
  throw new BusinessRejection('wrong-type', `${path.slice(1)} must be ${words}.`, [
    { path, code: 'wrong-type', message: `This must be ${words}.` },
  ]);
}
