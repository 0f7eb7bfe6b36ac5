import type { NodeAPI } from 'node-red';
import { problemOf } from '../lib/answers/problem';
import { BusinessRejection } from '../lib/domain/faults';
import { faultLine } from './faults-told';

interface EditorResponse {
  status(code: number): { json(body: unknown): void };
}

/** Answers a call of the editor that failed; a technical fault is in the log too, with what the answer does not tell. */
export function answerFault(RED: NodeAPI, where: string, response: EditorResponse, error: unknown): void {
  if (!(error instanceof BusinessRejection))
    RED.log.error(faultLine(where, error instanceof Error ? error : new Error(String(error))));
  const { statusCode, body } = problemOf(error);
  response.status(statusCode).json(body);
}
