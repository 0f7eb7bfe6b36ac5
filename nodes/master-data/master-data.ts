import type { NodeAPI } from 'node-red';
import { createKey, replaceKey, revokeKey } from '../../lib/access/keys';
import { jsonAnswer, problemOf } from '../../lib/answers/problem';
import { BusinessRejection } from '../../lib/domain/faults';
import { isObject } from '../../lib/domain/master-fields';
import { changeCompanySettings } from '../../lib/stages/company-settings';
import { type MasterResult, upsertMaster } from '../../lib/stages/upsert-master';
import type { StageContext } from '../../lib/stages/work';
import { answered, askerOf, jsonBody, requestOf } from '../http-messages';
import { type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { fieldsOf } from '../order-messages';

interface MasterDataConfig extends StoreNodeConfig {
  readonly kind: string;
}

const upsertedPort = 0;
const rejectedPort = 1;
const answerPort = 2;

export = (RED: NodeAPI): void => {
  registerStoreNode<MasterDataConfig>(RED, 'master-data', 3, ({ runtime }, config) => ({
    async input(message, emit) {
      const kind = kindOf(message, config);
      try {
        const context = await runtime.context();
        const actor = askerOf(message)?.name ?? context.actor;
        const ends = requestOf(message)?.method === 'DELETE';
        const body = ends ? undefined : await jsonBody(message, (await runtime.settings()).limits);
        const result = await change({ ...context, actor }, kind, message, body);
        await runtime.release();
        if (result.upserted > 0)
          emit(upsertedPort, { ...message, payload: { kind, upserted: result.upserted, summary: result.summary } });
        if (result.rejected.length > 0)
          emit(rejectedPort, { ...message, payload: { kind, rejected: result.rejected, summary: result.summary } });
        const status =
          result.rejected.length > 0 && result.upserted === 0
            ? 422
            : result.rejected.length > 0
              ? 207
              : result.created
                ? 201
                : 200;
        emit(
          answerPort,
          answered(
            message,
            status === 422 ? problemOf(rejectionOf(result)) : jsonAnswer(status, result.body ?? result),
          ),
        );
      } catch (error) {
        emit(answerPort, answered(message, problemOf(error)));
        if (!(error instanceof BusinessRejection)) throw error;
        emit(rejectedPort, {
          ...message,
          payload: {
            kind,
            code: error.code,
            message: error.message,
            errors: error.faults,
            summary: `${kind} rejected: ${error.message}`,
          },
        });
      }
    },
  }));
};

type Change = MasterResult & { readonly created?: boolean; readonly body?: unknown };

function kindOf(message: Message, config: MasterDataConfig): string {
  const request = requestOf(message);
  const named = config.kind || message.kind || request?.params?.kind;
  if (typeof named !== 'string')
    throw new Error(
      'The message does not say which master data it is. Choose the kind in the node, or name it in msg.kind.',
    );
  return named;
}

async function change(context: StageContext, kind: string, message: Message, body: unknown): Promise<Change> {
  if (kind === 'settings') return settingsChange(context, body);
  if (kind === 'keys') return keyChange(context, message, body);
  return upsertMaster(context, kind, body);
}

const done = (kind: string, summary: string, body: unknown, created = false): Change => ({
  kind,
  upserted: 1,
  rejected: [],
  summary,
  body,
  created,
});

async function settingsChange(context: StageContext, payload: unknown): Promise<Change> {
  const { basedOn, settings } = fieldsOf(payload);
  if (typeof basedOn !== 'number' || !Number.isInteger(basedOn)) {
    throw new BusinessRejection(
      'missing-field',
      'Say in basedOn which version of the settings the change was made on; GET the settings first.',
      [{ path: '/basedOn', code: 'missing-field', message: 'The version that the change was made on.' }],
    );
  }
  const written = await changeCompanySettings(context, basedOn, settings);
  return done('settings', `The settings are version ${written.version} now.`, written);
}

async function keyChange(context: StageContext, message: Message, payload: unknown): Promise<Change> {
  const request = requestOf(message);
  const keyId = request?.params?.keyId ?? request?.query?.keyId ?? message.keyId;
  if (request?.method === 'DELETE' || message.action === 'revoke') {
    if (typeof keyId !== 'string')
      throw new BusinessRejection('missing-field', 'Name the key to revoke: DELETE …/keys/KEYID.');
    await revokeKey(context, keyId);
    return done('keys', `The key ${keyId} is revoked.`, { keyId, revoked: true });
  }
  const replaces = isObject(payload) && payload.replaces !== undefined;
  const created = await (replaces ? replaceKey(context, payload) : createKey(context, payload));
  return done('keys', `The key ${created.keyId} was made for ${created.name}.`, created, true);
}

function rejectionOf(result: MasterResult): BusinessRejection {
  const faults = result.rejected.flatMap((record) => record.faults);
  return new BusinessRejection(faults[0]?.code ?? 'unreadable', result.summary, faults);
}
