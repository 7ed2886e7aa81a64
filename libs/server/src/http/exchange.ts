import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/**
 * The web request that the SDK reads: method, URL, headers and a signal that aborts when the client goes away. The body is parsed before
 * and passed beside it, so that it is neither serialised nor read a second time. Credentials stay here: nothing behind this has a use for them.
 */
export function toWebRequest(req: IncomingMessage, res: ServerResponse): Request {
  const abort = new AbortController();
  res.on('close', () => {
    if (!res.writableFinished) {
      abort.abort();
    }
  });
  const headers: [string, string][] = [];
  const raw = req.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!isCredential(name)) headers.push([name, raw[index + 1] ?? '']);
  }
  return new Request(`http://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`, {
    method: req.method ?? 'GET',
    headers,
    signal: abort.signal,
  });
}

function isCredential(name: string): boolean {
  if (name.length !== 13 && name.length !== 4) return false;
  const lower = name.toLowerCase();
  return lower === 'authorization' || lower === 'dpop';
}

/** Writes a web response; streams honour back-pressure, and end when the client goes away or `until` fires. */
export async function sendWebResponse(res: ServerResponse, response: Response, until?: AbortSignal): Promise<void> {
  const headers: Record<string, string | number> = {};
  for (const [name, value] of response.headers) {
    headers[name] = value;
  }
  if (response.body === null || headers['content-type'] === 'application/json') {
    const bytes = Buffer.from(response.body === null ? new ArrayBuffer(0) : await response.arrayBuffer());
    if (bytes.length > 0 || response.status !== 204) {
      headers['content-length'] = bytes.length;
    }
    res.writeHead(response.status, headers);
    res.end(bytes);
    return;
  }
  res.writeHead(response.status, headers);
  res.flushHeaders();
  await pipeline(until === undefined ? response.body : readUntil(response.body, { until, res }), res);
}

/** The chunks of a body, whole, until the signal fires: then the body is cancelled, and the response ends in good order. */
async function* readUntil(body: ReadableStream<Uint8Array>, { until, res }: { until: AbortSignal; res: ServerResponse }) {
  const reader = body.getReader();
  const stop = (): void => {
    void reader.cancel();
  };
  until.addEventListener('abort', stop, { once: true });
  res.on('close', stop);
  if (until.aborted) stop();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}
