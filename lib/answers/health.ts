import { first } from '../store/database';
import type { Store } from '../store/store';
import { type HttpAnswer, jsonAnswer, problem, problemAnswer, titleOf } from './problem';

/** Milliseconds that the store has to answer. */
const patience = 2_000;

export interface Health {
  readonly status: 'ready';
  readonly store: { readonly kind: 'postgres' | 'sqlite'; readonly state: 'up'; readonly schema: number };
}

/**
 * Readiness: 200 when the store answers within two seconds, else 503. It names neither hosts nor faults, for anybody
 * may ask. `store` is undefined when it could not be opened.
 */
export async function healthAnswer(store: Pick<Store, 'read' | 'dialect'> | undefined): Promise<HttpAnswer> {
  const schema = store === undefined ? undefined : await schemaOf(store);
  if (store === undefined || schema === undefined) {
    const away = {
      ...problem(503, 'store-away', titleOf(503), 'The store does not answer.'),
      store: { state: 'away' },
    };
    return problemAnswer(away, { 'retry-after': '5' });
  }
  const health: Health = { status: 'ready', store: { kind: store.dialect.name, state: 'up', schema } };
  return jsonAnswer(200, health, { 'cache-control': 'no-store' });
}

/** The number of the newest migration; undefined when the store is away. The cause is for the log of whoever needs the store, not for strangers. */
async function schemaOf(store: Pick<Store, 'read'>): Promise<number | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined);
  });
  const asked = store
    .read((db) => first<{ number: number | null }>(db, 'select max(number) as number from schema_migration'))
    .then(
      (row) => row?.number ?? 0,
      () => undefined,
    );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
