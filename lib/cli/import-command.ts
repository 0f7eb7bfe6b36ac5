import { readFileSync } from 'node:fs';
import { masterKinds, upsertMaster } from '../stages/upsert-master';
import { type Command, exactly, exitCodes, operator, textOptions, WrongUsage, withStore } from './command';
import { importOrders, orderOptions } from './import-orders';
import { placeInFile, readMasterFile } from './master-file';
import { print, table } from './output';

export const importCommand: Command = {
  name: 'import',
  usage:
    'customers|products|stock|partners|taxes FILE | orders FILE [--partner P] [--policy reject-order|reject-file] [--decimal-mark .|,] [--separator S] [--result FILE]',
  help: 'Adds and changes master data from a .json or .csv file, or takes the orders of a file as the drop folder does. creditGroups are not built yet.',
  options: textOptions(orderOptions),
  async run(invocation) {
    const [kind, file] = exactly(invocation, 'what to import', 'FILE') as [string, string];
    if (kind === 'orders') return importOrders(invocation, file, read(file));
    for (const name of orderOptions)
      if (invocation.options[name] !== undefined) throw new WrongUsage(`--${name} is for "import orders" only.`);
    if (!masterKinds.includes(kind) && kind !== 'creditGroups')
      throw new WrongUsage(`${kind} cannot be imported; there are orders, ${masterKinds.join(', ')}.`);
    const records = readMasterFile(kind, file, read(file));
    const result = await withStore(invocation, 'any', (store) => upsertMaster(operator(store), kind, records));
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
