import type { JSONRPCRequest } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { isJsonObject } from '../schema/json.ts';

/** Refuses a `subscriptions/listen` to resources whose scopes the caller lacks: the SDK does not ask. */
export function judgeSubscription(
  params: JSONRPCRequest['params'],
  missingScopes: (uris: readonly string[]) => readonly string[],
): AppError | undefined {
  const missing = missingScopes(listenedUris(params));
  if (missing.length === 0) return undefined;
  const hint = 'Listen only for resources that resources/list shows.';
  return new AppError('DENIED', `The caller lacks the scope ${missing.join(', ')}.`, { hint });
}

/** The resources that the parameters of a `subscriptions/listen` name. */
export function listenedUris(params: unknown): readonly string[] {
  const wanted = isJsonObject(params) ? params['notifications'] : undefined;
  const uris = isJsonObject(wanted) ? wanted['resourceSubscriptions'] : undefined;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}
