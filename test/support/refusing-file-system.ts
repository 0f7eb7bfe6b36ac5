import fs = require('node:fs/promises');

import { basename } from 'node:path';

type Call = 'link' | 'lstat' | 'readdir' | 'rename' | 'rm' | 'rmdir' | 'stat' | 'utimes';

/** Tests run with all rights: what the file system would refuse to others is refused here. */
export class RefusingFileSystem {
  private readonly real = { ...fs };

  /** Lets the call fail for paths that end in this name. */
  refuse(call: Call, name: string, code: string): void {
    const others = fs[call] as (...values: unknown[]) => Promise<unknown>;
    const refusing = async (path: string, ...rest: unknown[]): Promise<unknown> => {
      if (basename(path) !== name) return others(path, ...rest);
      throw Object.assign(new Error(`${code}: refused, ${call} '${path}'`), { code });
    };
    Object.assign(fs, { [call]: refusing });
  }

  /** What is flushed and renamed from now on, in that order. */
  steps(): string[] {
    const steps: string[] = [];
    const { open, rename } = this.real;
    Object.assign(fs, {
      async open(...values: Parameters<typeof open>) {
        const file = await open(...values);
        const sync = file.sync.bind(file);
        return Object.assign(file, {
          async sync() {
            await sync();
            steps.push(`flush ${basename(String(values[0]))}`);
          },
        });
      },
      async rename(from: string, to: string) {
        await rename(from, to);
        steps.push(`rename ${basename(from)} to ${basename(to)}`);
      },
    });
    return steps;
  }

  restore(): void {
    Object.assign(fs, this.real);
  }
}
