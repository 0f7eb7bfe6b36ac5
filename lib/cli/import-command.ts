import { readFileSync } from 'node:fs';
import { type Command, exactly, exitCodes, operator, textOptions, WrongUsage, withStore } from './command';
import { print, table } from './output';

const orderOptions = ['partner', 'policy', 'decimal-mark', 'separator', 'result'] as const;

export const importCommand: Command = {
  name: 'import',
  usage:
    'customers|products|stock|partners|taxes FILE | orders FILE [--partner P] [--policy reject-order|reject-file] [--decimal-mark .|,] [--separator S] [--result FILE]',
  help: 'Adds and changes master data from a .json or .csv file, or takes the orders of a file as the drop folder does. creditGroups are not built yet.',
  options: textOptions(orderOptions),
  async run(invocation) {
    const [kind, file] = exactly(invocation, 'what to import', 'FILE') as [string, string];
    if (kind === 'orders') {
      const bytes = read(file);
      const { importOrders } = await import('./import-orders.js');
      return importOrders(invocation, file, bytes);
    }
    for (const name of orderOptions)
      if (invocation.options[name] !== undefined) throw new WrongUsage(`--${name} is for "import orders" only.`);
    const { masterKinds, upsertMaster } = await import('../stages/upsert-master.js');
    if (!masterKinds.includes(kind) && kind !== 'creditGroups')
      throw new WrongUsage(`${kind} cannot be imported; there are orders, ${masterKinds.join(', ')}.`);
    const { placeInFile, readMasterFile } = await import('./master-file.js');
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
