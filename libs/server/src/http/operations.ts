import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopback } from '../common-settings.ts';
import type { ProcessHost } from '../host.ts';
import type { HttpRefusal } from './http-error.ts';
import { sendJson, sendText } from './http-error.ts';

/** Answers a request that is none of MCP's. */
export type OperationHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

const plain = { 'content-type': 'text/plain; charset=utf-8' };

/**
 * `/livez` and `/readyz` answer any Host with a bare status, because a kubelet sends the pod's address. `/healthz` and `/metrics` answer
 * loopback only, or everyone with `--public-metrics`. With `--public-url` loopback says nothing: a proxy on this machine makes everybody local,
 * and not every proxy says so in a header.
 *
 * @param judge Refuses a Host or Origin that is not on the list: a page with a rebound name comes from loopback, too.
 */
export function createOperations(
  { health, config, log }: Pick<ProcessHost, 'health' | 'config' | 'log'>,
  judge: (req: IncomingMessage) => HttpRefusal | undefined,
): ReadonlyMap<string, OperationHandler> {
  const isBehindProxy = config.publicUrl !== undefined && !isLoopback(new URL(config.publicUrl).hostname);
  const guarded =
    (answer: OperationHandler): OperationHandler =>
    (req, res) => {
      if (config.publicMetrics || (!isBehindProxy && isFromLoopback(req) && judge(req) === undefined)) {
        return answer(req, res);
      }
      const error = 'This page answers loopback only.';
      const hint = 'The operator opens it with --public-metrics (or TRELLIS_PUBLIC_METRICS=true).';
      sendJson(res, { status: 403, body: { error, hint } });
      return Promise.resolve();
    };
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

/** Whether the client itself is on this machine; a proxy on this machine speaks for somebody else. */
function isFromLoopback({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const isLocal = address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
  return isLocal && headers.forwarded === undefined && headers['x-forwarded-for'] === undefined && headers['x-real-ip'] === undefined;
}
