import { AppError } from '@trellis-mcp/errors';
import { Agent, type Response as Answer } from 'undici';
import { checkUrl } from './check-url.ts';
import { createGuardedConnector, type Lookup } from './create-guarded-connector.ts';
import { followRedirects } from './follow-redirects.ts';
import { openDeadline, type Deadline } from './open-deadline.ts';
import { limitBody, tooLarge } from './limit-body.ts';
import { parseAllowList } from './parse-allow-list.ts';
import { makeRequest, readRequest } from './read-request.ts';
import { translateFailure } from './translate-failure.ts';

/** What an {@link Egress} may do. */
export interface EgressOptions {
  /** Places that may be private or speak plain HTTP: `host:port`, or an origin for one scheme only. Default: none. */
  allow?: readonly string[];
  /** What an operator sets to allow a place, named in refusals. Default `the option allow`. */
  flag?: string;
  /** From the call to the last byte of the body, redirects included, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** For a name look-up, and again for a connection, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Largest body, of a response after decoding and of a request. Default 10 MiB. */
  maxBodyBytes?: number;
  /** Redirects that are followed, each judged like a first URL. Default 0. */
  maxRedirects?: number;
  /** Finds the addresses of a name. Default: the system's resolver. */
  lookup?: Lookup;
}

/** The way out to other hosts. */
export interface Egress extends AsyncDisposable {
  /**
   * `fetch` behind the guard. Request bodies are read before they are sent, the proxy variables of the environment are not looked at,
   * and a `Host` header is dropped. With `redirect: 'manual'` a redirect is given back, as in `fetch`.
   *
   * Rejects with `AppError`: `DENIED` (scheme, private address, redirect), `TIMEOUT`, `LIMIT` (body, redirects), `UPSTREAM` (not
   * reached), `CANCELLED` (the caller's signal, or closed), `INVALID_INPUT` (no URL, a body that fails). Reading the body can reject with the same.
   */
  readonly fetch: typeof globalThis.fetch;
  /** Throws `DENIED` when `fetch` would refuse a URL for its scheme or a password in it; addresses are judged when they are asked. */
  check(url: URL): void;
  /** Cuts every connection; later calls reject with `CANCELLED`. */
  close(): Promise<void>;
}

const connectionsPerOrigin = 32;
const maxOrigins = 1_000;

/** Opens the way out; no socket is opened before the first call. Throws `INVALID_INPUT` for an entry of `allow` that is none. */
export function createEgress(options: EgressOptions = {}): Egress {
  const { timeoutMs = 30_000, connectTimeoutMs = 5_000, maxBodyBytes = 10 * 1024 * 1024, maxRedirects = 0, lookup } = options;
  const policy = { allow: parseAllowList(options.allow ?? []), flag: options.flag ?? 'the option allow' };
  const agent = new Agent({
    connect: createGuardedConnector({ ...policy, lookup, timeoutMs: connectTimeoutMs }),
    connections: connectionsPerOrigin,
    maxOrigins,
    allowH2: false,
  });
  const closed = new AbortController();

  const guardedFetch: typeof globalThis.fetch = async (input, init) => {
    const request = makeRequest(input, init);
    const deadline = openDeadline({ timeoutMs, signals: [request.signal, closed.signal] });
    const { signal } = deadline;
    try {
      const outgoing = await readRequest(request, { maxBytes: maxBodyBytes, signal });
      const { response, url } = await followRedirects(outgoing, { agent, policy, maxRedirects, signal });
      return bound(response, { url, deadline, maxBytes: maxBodyBytes });
    } catch (error) {
      deadline.clear();
      throw deadline.reason() ?? translateFailure(error, new URL(request.url));
    }
  };
  const close = async (): Promise<void> => {
    closed.abort(new AppError('CANCELLED', 'The way out is closed.'));
    await agent.destroy();
  };
  return { fetch: guardedFetch, check: (url) => checkUrl(url, policy), close, [Symbol.asyncDispose]: close };
}

interface BoundOptions {
  url: URL;
  deadline: Deadline;
  maxBytes: number;
}

function bound(response: Answer, { url, deadline, maxBytes }: BoundOptions): Response {
  const refusal = judgeHead(response, { url, maxBytes });
  if (refusal !== undefined) {
    void response.body?.cancel();
    throw refusal;
  }
  if (response.body === null) deadline.clear();
  const translate = (failure: unknown): Error => deadline.reason() ?? translateFailure(failure, url);
  const body = response.body === null ? null : limitBody(response.body, { maxBytes, onEnd: () => deadline.clear(), translate });
  const { status, statusText } = response;
  const bounded = new Response(body, { status, statusText, headers: [...response.headers] });
  return Object.defineProperty(bounded, 'url', { value: url.href });
}

const maxStatus = 599;

/** What is wrong with an answer before its body: one to HEAD, and a 304, tell the length of a body that does not come. */
function judgeHead({ status, headers, body }: Answer, { url, maxBytes }: Omit<BoundOptions, 'deadline'>): AppError | undefined {
  if (body !== null && Number(headers.get('content-length') ?? 0) > maxBytes) return tooLarge(maxBytes);
  return status > maxStatus
    ? new AppError('UPSTREAM', `${url.host} answered with the status ${status}, which HTTP does not have.`)
    : undefined;
}
