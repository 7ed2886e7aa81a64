import type { JSONRPCRequest } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';

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

function listenedUris(params: JSONRPCRequest['params']): readonly string[] {
  const wanted = params?.['notifications'];
  if (typeof wanted !== 'object' || wanted === null || !('resourceSubscriptions' in wanted)) return [];
  const uris = wanted.resourceSubscriptions;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}
