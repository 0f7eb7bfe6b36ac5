import { openStore } from '../../lib/store/store';

/** Opens the store at the address given, alone on it, writes something, says `open` and stays. */
async function hold(url: string): Promise<void> {
  const store = await openStore(url, { exclusive: true });
  await store.transaction((db) =>
    db.insert('setting', [{ version: 1, settings: '{}', created_at: 'now', created_by: 'holder' }], {
      onConflict: 'nothing',
    }),
  );
  process.send?.('open');
}

void hold(process.argv[2] ?? '');
