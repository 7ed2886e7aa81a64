import { AppError } from '@trellis-mcp/errors';
import { encodeText } from '../edit/text-format.ts';
import type { TextEncoding } from '../read/text-encoding.ts';

/**
 * The bytes of a file with this content. UTF-16 gets a byte order mark when the content has none, so that it can be read again.
 *
 * @throws AppError `LIMIT` for too many bytes, `INVALID_INPUT` for what is no base64 or not in the encoding.
 */
export function encodeContent(content: string, encoding: TextEncoding | 'base64', maxBytes: number): Buffer {
  // No encoding makes less than 3 bytes of 4 characters.
  const least = Math.floor(content.length / 4) * 3 - 2;
  const bytes =
    least > maxBytes ? undefined : encoding === 'base64' ? decodeBase64(content) : encodeText(withMark(content, encoding), encoding);
  const actual = bytes?.length ?? least;
  if (bytes !== undefined && actual <= maxBytes) return bytes;
  throw new AppError('LIMIT', `The content has ${actual} bytes or more; at most ${maxBytes} are written.`, {
    hint: 'An operator can raise --max-write-bytes.',
    details: { limitBytes: maxBytes, actualBytes: actual },
  });
}

function withMark(content: string, encoding: TextEncoding): string {
  return encoding.startsWith('utf-16') && !content.startsWith('\ufeff') ? `\ufeff${content}` : content;
}

/** Node skips what is no base64; a file must not lose bytes so. */
function decodeBase64(content: string): Buffer {
  const bytes = Buffer.from(content, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') === content.replace(/=+$/, '')) return bytes;
  throw new AppError('INVALID_INPUT', 'The content is no base64.', { hint: 'Use A-Z, a-z, 0-9, + and / without spaces or line ends.' });
}
