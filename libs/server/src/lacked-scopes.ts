import type { Catalog } from './catalog/create-catalog.ts';
import { findCall } from './handle/find-call.ts';
import { findResource } from './handle/read-resource.ts';
import { missingScopes, type Principal } from './principal.ts';
import { isJsonObject, type JsonObject } from './schema/json.ts';

/** The scopes that a caller lacks for what a JSON-RPC message, or a batch of them, asks for: what an HTTP 403 names. The steps check again. */
export function lackedScopes(catalog: Catalog, principal: Principal, body: unknown): string[] {
  if (principal.scopes === 'all') return [];
  if (isJsonObject(body)) return missingScopes(principal, neededScopes(catalog, body));
  const messages: readonly unknown[] = Array.isArray(body) ? body : [];
  const needed = messages.flatMap((message) => (isJsonObject(message) ? neededScopes(catalog, message) : []));
  return missingScopes(principal, [...new Set(needed)]);
}

function neededScopes(catalog: Catalog, { method, params }: JsonObject): readonly string[] {
  const { name, uri, arguments: args, ref, notifications } = isJsonObject(params) ? params : {};
  switch (method) {
    case 'tools/call':
      return typeof name === 'string' ? (findCall(catalog, name, args).entry?.subject.scopes ?? []) : [];
    case 'prompts/get':
      return scopesOfPrompt(catalog, name);
    case 'resources/read':
    case 'resources/subscribe':
      return scopesOfResource(catalog, uri);
    case 'completion/complete':
      return isJsonObject(ref) ? scopesOfReference(catalog, ref) : [];
    case 'subscriptions/listen':
      return [...new Set(listenedUris(notifications).flatMap((one) => scopesOfResource(catalog, one)))];
    default:
      return [];
  }
}

function scopesOfPrompt({ prompts }: Catalog, name: unknown): readonly string[] {
  return typeof name === 'string' ? (prompts.get(name)?.subject.scopes ?? []) : [];
}

function scopesOfResource(catalog: Catalog, uri: unknown): readonly string[] {
  return typeof uri === 'string' ? (findResource(catalog, uri)?.entry.subject.scopes ?? []) : [];
}

function scopesOfReference(catalog: Catalog, { type, name, uri }: JsonObject): readonly string[] {
  if (type === 'ref/prompt') return scopesOfPrompt(catalog, name);
  const template = catalog.templates.find(({ definition }) => definition.uriTemplate === uri);
  return template?.subject.scopes ?? scopesOfResource(catalog, uri);
}

function listenedUris(notifications: unknown): readonly unknown[] {
  const uris = isJsonObject(notifications) ? notifications['resourceSubscriptions'] : undefined;
  return Array.isArray(uris) ? uris : [];
}
