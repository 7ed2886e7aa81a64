import { AppError } from '@trellis-mcp/errors';
import type { Call, ResourcePart } from '@trellis-mcp/server';
import { defineResource, type Deps } from '../deps.ts';
import { kindOf } from '../descriptor/file-kind.ts';
import { openPinnedDirectory } from '../descriptor/open-directory.ts';
import { openPinnedFile, type PinnedFile } from '../descriptor/open-file.ts';
import { openPinned, type Pinned } from '../descriptor/open-pinned.ts';
import { refuseKind } from '../descriptor/refuse-kind.ts';
import { telling } from '../descriptor/translate-failure.ts';
import { listPage } from '../list/list-page.ts';
import { mimeTypeOf } from '../media/mime-type.ts';
import { openBytes } from '../read/byte-source.ts';
import { decodeText, findEncoding, isText } from '../read/text-encoding.ts';
import { locate, narrowingOf } from '../roots/locate.ts';
import { quote } from '../roots/located.ts';
import { completeResource } from './complete-resource.ts';

/** Largest file that is sent whole, and largest range: base64 of it stays below what one answer may have. */
const maxBytes = 524_288;

const maxEntries = 1000;

export const file = defineResource({
  name: 'file',
  title: 'File or folder',
  description: 'A file, or a part of it in bytes by offset and limit; of a folder, what is in it.',
  uriTemplate: 'file:///{+path}{?offset,limit}',
  mimeType: 'application/octet-stream',
  // A file may change at any time; a subscription tells of it.
  cacheHint: { ttlMs: 1_000, scope: 'private' },
  scopes: ['fs:read'],
  complete: { path: completeResource },

  async list(call) {
    const roots = call.deps.roots.list(await narrowingOf(call));
    return roots.map(({ uri, name }) => ({ uri, name, description: 'A folder that can be read.' }));
  },

  async read({ path = '', offset, limit }, call) {
    const located = await locate(call, `/${path}`);
    await using pinned = await telling(located, () => openPinned(located));
    if (pinned.stats.isDirectory()) return await listFolder(pinned, call);
    if (!pinned.stats.isFile()) throw refuseKind(located, kindOf(pinned.stats));
    await using opened = await openPinnedFile(pinned);
    const range = { offset: readNumber('offset', offset), limit: readNumber('limit', limit) };
    return [await readRange(opened, range, call.signal)];
  },
});

interface Range {
  readonly offset: number | undefined;
  readonly limit: number | undefined;
}

async function readRange(opened: PinnedFile, { offset, limit }: Range, signal: AbortSignal): Promise<ResourcePart> {
  const source = await openBytes(opened, signal);
  const start = offset ?? 0;
  const wanted = Math.min(limit ?? source.size, Math.max(0, source.size - start));
  if (wanted > maxBytes) {
    throw new AppError('LIMIT', `${quote(opened.located)} has ${source.size} bytes; at most ${maxBytes} are sent at once.`, {
      hint: `Read ranges: add ?offset=0&limit=${maxBytes} to the URI, or call read_file.`,
      details: { limitBytes: maxBytes, actualBytes: wanted },
    });
  }
  const bytes = await source.read(start, wanted);
  const meta = { 'io.trellis/etag': opened.etag, 'io.trellis/totalBytes': source.size };
  const known = mimeTypeOf(opened.located.names.at(-1) ?? '');
  const found = findEncoding(source.head);
  const encoding = found.kind === 'ascii' ? 'utf-8' : found.kind === 'text' ? found.encoding : undefined;
  // A part that begins or ends within a character is no text, whatever the file is.
  if (encoding === undefined || !isText(bytes, encoding)) {
    return { content: bytes, mimeType: known ?? 'application/octet-stream', meta };
  }
  return { content: decodeText(bytes, encoding), mimeType: known ?? 'text/plain', meta };
}

/** At most 1,000 entries, by name. */
async function listFolder(pinned: Pinned, { deps, signal }: Call<Deps>): Promise<readonly ResourcePart[]> {
  await using directory = await openPinnedDirectory(pinned);
  const { maxEntries: mostScanned } = deps.limits;
  const request = { limit: maxEntries, sort: 'name', hidden: true, maxBytes, maxEntries: mostScanned, signal } as const;
  const { entries, last } = await listPage(directory, request);
  const content = JSON.stringify({ entries, truncated: last !== undefined });
  return [{ content, mimeType: 'application/json' }];
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new AppError('INVALID_INPUT', `${name} must be a whole number of bytes.`);
}
