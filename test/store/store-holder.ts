import { openStore } from '../../lib/store/store';

/** Opens the store at the address given, alone on it when it is told so, writes something, says `open` and stays. */
async function hold(url: string, exclusive: boolean): Promise<void> {
  const store = await openStore(url, { exclusive });
  await store.transaction((db) =>
    db.insert('setting', [{ version: 1, settings: '{}', created_at: 'now', created_by: 'holder' }], {
      onConflict: 'nothing',
    }),
  );
  process.send?.('open');
}

void hold(process.argv[2] ?? '', process.argv[3] === 'alone');
