import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InteractionResults, Provider } from 'oidc-provider';

/** How users answer. */
export interface InteractionOptions {
  /** The names that can log in; the first one does unless `login_hint` names another. */
  users: readonly string[];
  /** `auto` says yes to everything at once, `page` asks the person in the browser. */
  consent: 'auto' | 'page';
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Answers `/interaction/<uid>`: log-in and consent. */
export async function answerInteraction(
  provider: Provider,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  { users, consent }: InteractionOptions,
): Promise<void> {
  const details = await provider.interactionDetails(request, response);
  const accountId = chooseUser(details, users);
  const isAnswered = consent === 'auto' || request.method === 'POST';
  if (details.prompt.name === 'consent' && !isAnswered) {
    sendPage(response, { details, accountId });
    return;
  }
  const isDenied = new URL(request.url ?? '/', 'http://localhost').searchParams.get('answer') === 'deny';
  const result = isDenied ? { error: 'access_denied' } : await accept(provider, { details, accountId });
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: details.prompt.name === 'consent' });
}

function chooseUser({ params, session }: Details, users: readonly string[]): string {
  const hint = params['login_hint'];
  if (typeof hint === 'string' && users.includes(hint)) return hint;
  return session?.accountId ?? users[0] ?? 'user';
}

async function accept(provider: Provider, { details, accountId }: { details: Details; accountId: string }): Promise<InteractionResults> {
  const { prompt, params, grantId, session } = details;
  if (prompt.name === 'login') return { login: { accountId } };
  const clientId = String(params['client_id']);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = found ?? new provider.Grant({ accountId: session?.accountId ?? accountId, clientId });
  const { missingOIDCScope, missingResourceScopes } = prompt.details as MissingScopes;
  if (missingOIDCScope !== undefined) grant.addOIDCScope(missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addOIDCScope(scopes.join(' '));
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return { consent: { grantId: await grant.save() } };
}

interface MissingScopes {
  missingOIDCScope?: string[];
  missingResourceScopes?: Record<string, string[]>;
}

function sendPage(response: ServerResponse, { details, accountId }: { details: Details; accountId: string }): void {
  const { uid, params } = details;
  const [client, scope, resource] = ['client_id', 'scope', 'resource'].map((name) => escapeHtml(textOf(params[name])));
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html><title>Allow access?</title><meta name="viewport" content="width=device-width">
<h1>Allow access?</h1><p>You are <b>${escapeHtml(accountId)}</b>.</p>
<dl><dt>Client<dd>${client ?? ''}<dt>Wants<dd>${scope ?? ''}<dt>At<dd>${resource ?? ''}</dl>
<form method="post" action="/interaction/${encodeURIComponent(uid)}"><button>Allow</button></form>
<form method="post" action="/interaction/${encodeURIComponent(uid)}?answer=deny"><button>Deny</button></form>`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '-';
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
