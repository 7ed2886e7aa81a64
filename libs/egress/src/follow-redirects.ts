import { AppError } from '@trellis-mcp/errors';
import { fetch, type Agent, type Response } from 'undici';
import { checkRedirect, checkUrl, type UrlPolicy } from './check-url.ts';
import type { Outgoing } from './read-request.ts';

/** What {@link followRedirects} needs. */
export interface FollowOptions {
  agent: Agent;
  policy: UrlPolicy;
  maxRedirects: number;
  signal: AbortSignal;
}

/** Headers that may follow a redirect to another origin: they say nothing about the caller. */
const portable = new Set(['accept', 'accept-language', 'user-agent']);
const redirects = new Set([301, 302, 303, 307, 308]);

/** Sends a request and follows its redirects; every hop is judged, and nothing of the caller goes along to another origin. */
export async function followRedirects(first: Outgoing, options: FollowOptions): Promise<{ response: Response; url: URL }> {
  checkUrl(first.url, options.policy);
  let request = first;
  for (let hop = 0; ; hop += 1) {
    const response = await send(request, options);
    const location = redirects.has(response.status) ? response.headers.get('location') : null;
    if (location === null || request.redirect === 'manual') return { response, url: request.url };
    await response.body?.cancel();
    refuseHop(request, { hop, maxRedirects: options.maxRedirects });
    request = redirect(request, { location, status: response.status, policy: options.policy });
  }
}

function send({ url, method, headers, body }: Outgoing, { agent, signal }: FollowOptions): Promise<Response> {
  return fetch(url.href, { method, headers: [...headers], body, redirect: 'manual', signal, dispatcher: agent });
}

function refuseHop({ url, redirect: mode }: Outgoing, { hop, maxRedirects }: { hop: number; maxRedirects: number }): void {
  if (mode === 'error' || maxRedirects === 0) throw new AppError('DENIED', `${url.host} answered with a redirect, which is not followed.`);
  if (hop >= maxRedirects) throw new AppError('LIMIT', `More than ${maxRedirects} redirects.`, { details: { maxRedirects } });
}

function redirect(from: Outgoing, { location, status, policy }: { location: string; status: number; policy: UrlPolicy }): Outgoing {
  const url = URL.parse(location, from.url.href);
  if (url === null) throw new AppError('UPSTREAM', `${from.url.host} redirects to no URL.`);
  checkRedirect(from.url, url, policy);
  const isSameOrigin = url.origin === from.url.origin;
  const becomesGet = status === 303 ? from.method !== 'HEAD' : status < 303 && from.method === 'POST';
  if (!isSameOrigin && from.body !== null && !becomesGet) {
    throw new AppError('DENIED', `${from.url.host} redirects a body to ${url.host}, which is refused.`);
  }
  const kept = [...from.headers].filter(([name]) => (isSameOrigin ? !becomesGet || !name.startsWith('content-') : portable.has(name)));
  const next = { ...from, url, headers: new Headers(kept) };
  return becomesGet ? { ...next, method: 'GET', body: null } : next;
}
