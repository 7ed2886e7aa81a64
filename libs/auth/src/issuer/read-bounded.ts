import { AppError } from '@trellis-mcp/errors';

/** Reads a body whole; rejects with `UPSTREAM` past `maxBytes`, and with the signal's reason when it fires first. */
export async function readBounded(
  response: Response,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new AppError('UPSTREAM', `The issuer sent more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
