import type { ScopeChallengeHandler } from '@modelcontextprotocol/server';
import type { Catalog } from './catalog/create-catalog.ts';
import { findCall } from './handle/find-call.ts';
import { findResource } from './handle/read-resource.ts';
import { missingScopes, type Principal } from './principal.ts';
import type { Subject } from './run/task.ts';
import type { JsonObject } from './schema/json.ts';

/** Makes the HTTP step-up: 403 with the scopes that are missing for a call, a read or a prompt (SEP-2350). The steps check again. */
export function challengeScopes(catalog: Catalog, principal: Principal): ScopeChallengeHandler {
  return ({ request: { method, params } }) => {
    const subject = findSubject(catalog, method, params ?? {});
    const [first, ...others] = subject === undefined ? [] : missingScopes(principal, subject.scopes);
    return first === undefined ? undefined : { scopes: [first, ...others] };
  };
}

function findSubject(catalog: Catalog, method: string, { name, uri, arguments: args }: JsonObject): Subject | undefined {
  switch (method) {
    case 'tools/call':
      return typeof name === 'string' ? findCall(catalog, name, args).entry?.subject : undefined;
    case 'prompts/get':
      return typeof name === 'string' ? catalog.prompts.get(name)?.subject : undefined;
    case 'resources/read':
    case 'resources/subscribe':
      return typeof uri === 'string' ? findResource(catalog, uri)?.entry.subject : undefined;
    default:
      return undefined;
  }
}
