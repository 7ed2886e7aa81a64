import { AppError } from '@trellis-mcp/errors';

/** What {@link limitBody} is told. */
export interface LimitBodyOptions {
  /** Most bytes after decoding. */
  maxBytes: number;
  /** Runs once: at the end of the body, when it is too large, or when the reader gives it up. */
  onEnd: () => void;
  /** Makes the error that the reader sees of one that broke the body. */
  translate: (failure: unknown) => Error;
}

/**
 * Passes a body on and fails it with `LIMIT` once more than `maxBytes` came through. What counts is what arrives here, after
 * decompression, so a small body that unpacks to a large one is cut as early as a large one.
 */
export function limitBody(body: ReadableStream<Uint8Array>, { maxBytes, onEnd, translate }: LimitBodyOptions): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        onEnd();
        throw translate(error);
      });
      if (done) {
        onEnd();
        controller.close();
        return;
      }
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        const error = tooLarge(maxBytes);
        onEnd();
        await reader.cancel(error);
        throw error;
      }
      controller.enqueue(value);
    },
    async cancel(reason) {
      onEnd();
      await reader.cancel(reason);
    },
  });
}

/** The `LIMIT` of a body over `maxBytes`. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError('LIMIT', `The body has more than ${maxBytes} bytes.`, { details: { maxBytes } });
}
