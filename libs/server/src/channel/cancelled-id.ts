import type { RequestId } from '@modelcontextprotocol/server';
import { isJsonObject } from '../schema/json.ts';

/** The request that a message cancels, if it is a cancellation that the SDK takes, too (spec: basic/utilities/cancellation). */
export function cancelledId(message: unknown): RequestId | undefined {
  if (!isJsonObject(message) || message['method'] !== 'notifications/cancelled' || !isJsonObject(message['params'])) return undefined;
  const { requestId, reason } = message['params'];
  if (reason !== undefined && typeof reason !== 'string') return undefined;
  return typeof requestId === 'string' || typeof requestId === 'number' ? requestId : undefined;
}
