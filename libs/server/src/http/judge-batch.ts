import { cancelledId } from '../channel/cancelled-id.ts';
import { isJsonObject } from '../schema/json.ts';
import type { HttpRefusal } from './http-error.ts';

/**
 * Refuses a batch of a 2025-era client with requests that the SDK would not answer: the second of two with one id, and what the batch itself
 * cancels, whose stream would never end.
 */
export function judgeBatch(body: unknown): HttpRefusal | undefined {
  if (!Array.isArray(body)) return undefined;
  const ids = new Set(requestIds(body));
  if (ids.size < requestIds(body).length) return refuse('two requests of a batch have the same id.');
  return body.some((message) => ids.has(cancelledId(message))) ? refuse('a batch cancels a request of its own.') : undefined;
}

/** The messages of a body, which may be a batch. */
export function messagesOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : [body];
}

/** The ids of the requests of a body. */
export function requestIds(body: unknown): unknown[] {
  return messagesOf(body).flatMap((message) => (isJsonObject(message) && 'method' in message && 'id' in message ? [message['id']] : []));
}

function refuse(what: string): HttpRefusal {
  return { status: 400, code: 'INVALID_INPUT', reason: 'batch', rpcCode: -32_600, message: `Invalid Request: ${what}` };
}
