import fs = require('node:fs/promises');

import { basename } from 'node:path';

type Call = 'lstat' | 'readdir' | 'rename' | 'rm' | 'rmdir' | 'stat' | 'utimes';

/** Tests run with all rights: what the file system would refuse to others is refused here. */
export class RefusingFileSystem {
  private readonly real = { ...fs };

  /** Lets the call fail for paths that end in this name. */
  refuse(call: Call, name: string, code: string): void {
    const real = this.real[call] as (...values: unknown[]) => Promise<unknown>;
    const refusing = async (path: string, ...rest: unknown[]): Promise<unknown> => {
      if (basename(path) !== name) return real(path, ...rest);
      throw Object.assign(new Error(`${code}: refused, ${call} '${path}'`), { code });
    };
    Object.assign(fs, { [call]: refusing });
  }

  restore(): void {
    Object.assign(fs, this.real);
  }
}
