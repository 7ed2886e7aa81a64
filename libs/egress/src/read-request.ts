import { AppError } from '@trellis-mcp/errors';
import { tooLarge } from './limit-body.ts';

/** What is sent, at the first hop and after redirects. */
export interface Outgoing {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | null;
  redirect: Request['redirect'];
  signal: AbortSignal;
}

/** Reads what `fetch` takes, the body into memory, so that a redirect can send it again. Rejects with `INVALID_INPUT` or `LIMIT`. */
export async function readRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
  { maxBytes }: { maxBytes: number },
): Promise<Outgoing> {
  const request = makeRequest(input, init);
  const body = request.body === null ? null : await readBody(request.body, maxBytes);
  const { method, headers, redirect, signal } = request;
  return { url: new URL(request.url), method, headers, body, redirect, signal };
}

function makeRequest(input: string | URL | Request, init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'This is no request that can be sent.', { hint: 'Give an absolute https URL.', cause });
  }
}

async function readBody(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
