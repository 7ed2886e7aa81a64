import type { IncomingMessage } from 'node:http';
import { quoteInput, type HttpRefusal } from './http-error.ts';

/** What the guard lets through beside loopback. */
export interface GuardOptions {
  /** Address the server listens on; allowed as a name unless it is a wildcard. */
  readonly host: string;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  readonly publicUrl?: string | undefined;
}

/** Judges Host and Origin of a request (spec: basic/transports, DNS rebinding). */
export interface RequestGuard {
  /** Refuses a request whose Host header is missing, doubled, malformed or not on the list. */
  checkHost(req: IncomingMessage): HttpRefusal | undefined;
  /** Refuses a request with an Origin that is not on the list; none at all is fine, only browsers send it. */
  checkOrigin(req: IncomingMessage): HttpRefusal | undefined;
}

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;
const maxPort = 65_535;
const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];
const wildcards = new Set(['0.0.0.0', '::', '[::]']);

/** Makes the guard of `/mcp`; names compare without case and port. */
export function createRequestGuard(options: GuardOptions): RequestGuard {
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl);
  const hosts = new Set([...loopbackNames, ...options.allowHost.map(toHostName)]);
  if (!wildcards.has(options.host)) {
    hosts.add(toHostName(options.host));
  }
  const origins = new Set(options.allowOrigin.map(toOrigin));
  if (publicUrl !== undefined) {
    hosts.add(publicUrl.hostname);
    origins.add(publicUrl.origin);
  }
  return {
    checkHost: (req) => checkHost(req, hosts),
    checkOrigin: ({ headers: { origin } }) => (origin === undefined || isAllowedOrigin(origin, origins) ? undefined : refuseOrigin(origin)),
  };
}

function checkHost(req: IncomingMessage, hosts: ReadonlySet<string>): HttpRefusal | undefined {
  const header = req.headers.host;
  if (header === undefined || header === '') {
    return { status: 400, code: 'INVALID_INPUT', reason: 'host-missing', message: 'The Host header is missing.' };
  }
  if (isDoubled(req.rawHeaders, 'host')) {
    return { status: 400, code: 'INVALID_INPUT', reason: 'host-doubled', message: 'The Host header may be sent once only.' };
  }
  const [, found, port = '0'] = hostPattern.exec(header) ?? [];
  const name = Number(port) > maxPort ? undefined : found;
  if (name !== undefined && hosts.has(name.toLowerCase())) {
    return undefined;
  }
  return {
    status: 403,
    code: 'DENIED',
    reason: 'host',
    message: `Host ${quoteInput(header)} is not allowed.`,
    hint:
      name === undefined
        ? 'Send the plain host name, with or without a port.'
        : `If clients reach the server under this name, the operator starts it with --allow-host ${name.slice(0, 80)} (or TRELLIS_ALLOW_HOST).`,
  };
}

function isAllowedOrigin(header: string, origins: ReadonlySet<string>): boolean {
  if (origins.has(header)) {
    return true;
  }
  if (!URL.canParse(header)) {
    return false;
  }
  const url = new URL(header);
  const isBare =
    url.username === '' && url.password === '' && url.search === '' && url.hash === '' && (url.pathname === '/' || url.pathname === '');
  const isLoopbackPage = (url.protocol === 'http:' || url.protocol === 'https:') && loopbackNames.includes(url.hostname);
  return isBare && (isLoopbackPage || origins.has(toOrigin(header)));
}

function refuseOrigin(header: string): HttpRefusal {
  const isPlain = URL.canParse(header) && header.length <= 80;
  return {
    status: 403,
    code: 'DENIED',
    reason: 'origin',
    message: `Origin ${quoteInput(header)} is not allowed.`,
    hint: `If its pages may call the server, the operator starts it with --allow-origin ${isPlain ? toOrigin(header) : 'ORIGIN'} (or TRELLIS_ALLOW_ORIGIN).`,
  };
}

/** Scheme and authority; `URL.origin` is "null" for the schemes of browser extensions. */
function toOrigin(value: string): string {
  const url = new URL(value);
  return `${url.protocol}//${url.host}`;
}

function toHostName(value: string): string {
  const name = value.toLowerCase();
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}

/** Node keeps the first of two Host headers in silence, a proxy may have judged the other (RFC 9112, 3.2). */
function isDoubled(rawHeaders: readonly string[], name: string): boolean {
  let seen = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index];
    if (header?.length === name.length && header.toLowerCase() === name) {
      seen += 1;
    }
  }
  return seen > 1;
}
