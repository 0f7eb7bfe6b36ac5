import { readFileSync } from 'node:fs';
import { masterKinds, upsertMaster } from '../stages/upsert-master';
import { type Command, exactly, exitCodes, operator, WrongUsage, withStore } from './command';
import { placeInFile, readMasterFile } from './master-file';
import { print, table } from './output';

export const importCommand: Command = {
  name: 'import',
  usage: 'customers|products|stock|partners|taxes FILE',
  help: 'Adds and changes master data from a .json or .csv file.',
  async run(invocation) {
    const [kind, file] = exactly(invocation, 'what to import', 'FILE') as [string, string];
    if (!masterKinds.includes(kind) && kind !== 'creditGroups')
      throw new WrongUsage(`${kind} cannot be imported; there are ${masterKinds.join(', ')}.`);
    const records = readMasterFile(kind, file, read(file));
    const result = await withStore(invocation, 'write', (store) => upsertMaster(operator(store), kind, records));
    print(invocation, result, () => [
      result.summary,
      ...(result.rejected.length === 0
        ? []
        : table(
            ['record', 'place', 'code', 'what is wrong'],
            result.rejected.flatMap(({ key, faults }) =>
              faults.map((fault) => [key, placeInFile(file, fault.path), fault.code, fault.message]),
            ),
          )),
    ]);
    return result.rejected.length === 0 ? exitCodes.fine : exitCodes.foundSomethingWrong;
  },
};

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new WrongUsage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
