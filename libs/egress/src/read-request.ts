import { AppError, isAppError } from '@trellis-mcp/errors';
import { tooLarge } from './limit-body.ts';

/** What is sent, at the first hop and after redirects. */
export interface Outgoing {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | null;
  redirect: Request['redirect'];
}

/** Makes the request of what `fetch` takes. Throws `INVALID_INPUT`. */
export function makeRequest(input: string | URL | Request, init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'This is no request that can be sent.', { hint: 'Give an absolute https URL.', cause });
  }
}

interface ReadOptions {
  maxBytes: number;
  signal: AbortSignal;
}

/** Reads the body of a request into memory, so that a redirect can send it again. Rejects with `INVALID_INPUT` or `LIMIT`, or as the signal says. */
export async function readRequest(request: Request, options: ReadOptions): Promise<Outgoing> {
  const body = request.body === null ? null : await readBody(request.body, options);
  const { url, method, headers, redirect } = request;
  return { url: new URL(url), method, headers, body, redirect };
}

async function readBody(body: ReadableStream<Uint8Array>, { maxBytes, signal }: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal })) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw isAppError(cause) ? cause : new AppError('INVALID_INPUT', 'The body of the request could not be read to its end.', { cause });
  }
  return Buffer.concat(chunks);
}
