import type { IncomingMessage } from 'node:http';
import { isDeeperThan } from '../schema/is-deeper-than.ts';
import type { HttpRefusal } from './http-error.ts';

/** A parsed body and its size, or why there is none. `gone` means that the client left before its end. */
export type ParsedBody = { readonly value: unknown; readonly bytes: number } | { readonly refusal: HttpRefusal } | 'gone';

/** Bounds of {@link readJsonBody}. */
export interface BodyLimits {
  /** Largest body in bytes. */
  readonly maxBytes: number;
  /** Deepest nesting of arrays and objects. */
  readonly maxDepth: number;
  /** Shared by all requests: what their bodies may take together while they arrive. */
  readonly budget: { bytesLeft: number };
}

/** Reads and parses the JSON body of a POST; stops reading at the limit. */
export async function readJsonBody(req: IncomingMessage, limits: BodyLimits): Promise<ParsedBody> {
  const refusal = judgeHeaders(req, limits.maxBytes);
  if (refusal !== undefined) {
    return { refusal };
  }
  const bytes = await readBytes(req, limits);
  switch (bytes) {
    case 'gone':
      return 'gone';
    case 'too-large':
      return { refusal: tooLarge(limits.maxBytes) };
    case 'too-busy':
      return { refusal: tooBusy() };
    default:
      return parse(bytes, limits.maxDepth);
  }
}

function judgeHeaders(req: IncomingMessage, maxBytes: number): HttpRefusal | undefined {
  const { 'content-type': type, 'content-encoding': encoding, 'content-length': length } = req.headers;
  if (type === undefined || !/^application\/json\s*(;|$)/i.test(type)) {
    return {
      status: 415,
      code: 'INVALID_INPUT',
      reason: 'content-type',
      message: 'Unsupported Media Type: Content-Type must be application/json.',
    };
  }
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return { status: 415, code: 'INVALID_INPUT', reason: 'content-encoding', message: 'Send the body without Content-Encoding.' };
  }
  return length !== undefined && Number(length) > maxBytes ? tooLarge(maxBytes) : undefined;
}

/** After a refusal the rest is still read, and dropped: a client that is still sending would not see the answer. */
function readBytes(req: IncomingMessage, { maxBytes, budget }: BodyLimits): Promise<Buffer | 'too-large' | 'too-busy' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let isSettled = false;
    const settle = (outcome: Buffer | 'too-large' | 'too-busy' | 'gone'): void => {
      if (!isSettled) {
        isSettled = true;
        budget.bytesLeft += received;
        chunks.length = 0;
        resolve(outcome);
      }
    };
    req.on('data', (chunk: Buffer) => {
      if (isSettled) {
        return;
      }
      received += chunk.length;
      budget.bytesLeft -= chunk.length;
      chunks.push(chunk);
      if (received > maxBytes || budget.bytesLeft < 0) {
        settle(received > maxBytes ? 'too-large' : 'too-busy');
      }
    });
    req.on('end', () => {
      const [first] = chunks;
      settle(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    for (const event of ['error', 'close']) {
      req.on(event, () => {
        settle('gone');
      });
    }
  });
}

function parse(bytes: Buffer, maxDepth: number): ParsedBody {
  if (isDeeperThan(bytes, maxDepth)) {
    const message = `Parse error: JSON may be nested ${maxDepth} levels deep at most.`;
    return { refusal: { status: 400, code: 'LIMIT', reason: 'json-depth', rpcCode: -32_700, message } };
  }
  try {
    return { value: JSON.parse(bytes.toString('utf8')) as unknown, bytes: bytes.length };
  } catch (error) {
    const message = `Parse error: the body is not valid JSON (${error instanceof Error ? error.name : 'unknown'}).`;
    return { refusal: { status: 400, code: 'INVALID_INPUT', reason: 'json', rpcCode: -32_700, message } };
  }
}

function tooLarge(maxBytes: number): HttpRefusal {
  return {
    status: 413,
    code: 'LIMIT',
    reason: 'body-size',
    message: `Payload Too Large: the body may have ${maxBytes} bytes at most.`,
    headers: { connection: 'close' },
  };
}

/** More comes, or is being answered, than the server holds. */
export function tooBusy(): HttpRefusal {
  const message = 'The server is receiving more than it can hold.';
  return { status: 503, code: 'LIMIT', reason: 'busy', message, headers: { connection: 'close', 'retry-after': '1' } };
}
