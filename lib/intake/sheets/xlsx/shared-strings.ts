import type { Archive } from './archive';
import { UnreadableWorkbook } from './unreadable';
import { readXml } from './xml';

/** Characters of all shared texts of a workbook together. */
const mostCharacters = 100_000_000;

/** The texts that cells refer to by number. Rich text is its text; readings of Japanese signs are left out. */
export async function readSharedStrings(archive: Archive, part: string | undefined): Promise<string[]> {
  if (part === undefined || !archive.has(part)) return [];
  const texts: string[] = [];
  const item = new RichText();
  let characters = 0;
  await readXml(archive.read(part), {
    open(name) {
      if (name === 'si') item.begin();
      else item.open(name);
    },
    text(text) {
      item.add(text);
    },
    close(name) {
      if (name !== 'si') {
        item.close(name);
        return;
      }
      const text = item.end();
      characters += text.length;
      if (characters > mostCharacters) throw new UnreadableWorkbook('The workbook has more text than can be kept.');
      texts.push(text);
    },
  });
  return texts;
}

/** Gathers the text of an `si` or `is` element. */
export class RichText {
  private gathered = '';
  private inText = false;
  private inReading = false;

  begin(): void {
    this.gathered = '';
    this.inText = false;
    this.inReading = false;
  }

  open(name: string): void {
    if (name === 'rPh') this.inReading = true;
    else if (name === 't') this.inText = !this.inReading;
  }

  add(text: string): void {
    if (this.inText) this.gathered += text;
  }

  close(name: string): void {
    if (name === 'rPh') this.inReading = false;
    else if (name === 't') this.inText = false;
  }

  end(): string {
    return withoutEscapes(this.gathered);
  }
}

/** Characters that XML cannot have are written as `_x000D_`. */
export function withoutEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9a-fA-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
