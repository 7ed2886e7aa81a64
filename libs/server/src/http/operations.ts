import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProcessHost } from '../host.ts';
import { isLoopback } from '../is-loopback.ts';
import type { Door } from '../authenticate.ts';
import { healthScope, missingScopes } from '../principal.ts';
import type { CountRefusal } from './count-refusals.ts';
import { endpointUrl } from './endpoint-url.ts';
import { sendJson, sendText, type HttpRefusal } from './http-error.ts';
import type { McpEndpoint } from './mcp-endpoint.ts';

/** Answers a request that is none of MCP's. */
export type OperationHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Who may see `/healthz` and `/metrics` beside loopback. */
export interface OperationGuard {
  readonly endpoint: Pick<McpEndpoint, 'judge' | 'authenticate'>;
  readonly door: Door | undefined;
  readonly refused: CountRefusal;
}

const plain = { 'content-type': 'text/plain; charset=utf-8' };

/**
 * `/livez` and `/readyz` answer any Host with a bare status, because a kubelet sends the pod's address. `/healthz` and `/metrics` answer
 * loopback only, or a token with `health:read`, or everyone with `--public-metrics`. With `--public-url` loopback says nothing: a proxy on this machine makes everybody local,
 * and not every proxy says so in a header.
 */
export function createOperations(
  { health, config, log }: Pick<ProcessHost, 'health' | 'config' | 'log'>,
  { endpoint, door, refused }: OperationGuard,
): ReadonlyMap<string, OperationHandler> {
  const guarded = (answer: OperationHandler) => guard(answer, { endpoint, door, refused, config });
  return new Map<string, OperationHandler>([
    [
      '/livez',
      (_req, res) => {
        sendText(res, { status: 200, body: 'ok\n', headers: plain });
        return Promise.resolve();
      },
    ],
    [
      '/readyz',
      async (_req, res) => {
        const { ready, failing } = await health.ready();
        if (!ready) {
          log.debug({ failing }, 'not ready');
        }
        sendText(res, { status: ready ? 200 : 503, body: ready ? 'ok\n' : 'not ready\n', headers: plain });
      },
    ],
    [
      '/healthz',
      guarded(async (_req, res) => {
        sendJson(res, { status: 200, body: await health.report() });
      }),
    ],
    [
      '/metrics',
      guarded(async (_req, res) => {
        const { contentType } = health.metrics;
        sendText(res, { status: 200, body: await health.metrics.text(), headers: { 'content-type': contentType } });
      }),
    ],
  ]);
}

/** Lets loopback, tokens and `--public-metrics` through. A page with a rebound name comes from loopback, too, so Host and Origin are judged. */
function guard(
  answer: OperationHandler,
  { endpoint, door, refused, config }: OperationGuard & Pick<ProcessHost, 'config'>,
): OperationHandler {
  const isBehindProxy = config.publicUrl !== undefined && !isLoopback(new URL(config.publicUrl).hostname);
  return async (req, res) => {
    const isOpen = config.publicMetrics || (!isBehindProxy && isFromLoopback(req) && endpoint.judge(req) === undefined);
    const refusal = isOpen ? undefined : await judgeToken(req, { endpoint, door, config });
    if (refusal === undefined) {
      await answer(req, res);
      return;
    }
    if (door !== undefined) refused(refusal);
    const { status, message: error, hint, headers } = refusal;
    sendJson(res, { status, body: { error, ...(hint !== undefined && { hint }) }, headers });
  };
}

const localOnly: HttpRefusal = {
  status: 403,
  code: 'DENIED',
  reason: 'operations',
  message: 'This page answers loopback only.',
  hint: 'The operator opens it with --public-metrics (or TRELLIS_PUBLIC_METRICS=true).',
};

/** Lets a token with `health:read` in, wherever it comes from. */
async function judgeToken(
  req: IncomingMessage,
  { endpoint, door, config }: Pick<OperationGuard, 'endpoint' | 'door'> & Pick<ProcessHost, 'config'>,
): Promise<HttpRefusal | undefined> {
  if (door === undefined) return localOnly;
  const [path = '/'] = (req.url ?? '/').split('?');
  const found = await endpoint.authenticate(req, path);
  if ('refusal' in found) return found.refusal;
  const missing = missingScopes(found.principal, [healthScope]);
  if (missing.length === 0) return undefined;
  return door.refuse(found.principal, missing, endpointUrl(config, req.socket.localPort ?? config.port));
}

/** Whether the client itself is on this machine; a proxy on this machine speaks for somebody else. */
function isFromLoopback({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const isLocal = address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
  return isLocal && headers.forwarded === undefined && headers['x-forwarded-for'] === undefined && headers['x-real-ip'] === undefined;
}
