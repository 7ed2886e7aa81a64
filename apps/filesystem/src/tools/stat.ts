import { isAppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { etagOf } from '../descriptor/etag.ts';
import { kindOf } from '../descriptor/file-kind.ts';
import { openPinnedFile } from '../descriptor/open-file.ts';
import { openPinned, type Pinned } from '../descriptor/open-pinned.ts';
import { telling } from '../descriptor/translate-failure.ts';
import { toTime } from '../list/entry.ts';
import { mimeTypeOf } from '../media/mime-type.ts';
import { openBytes } from '../read/byte-source.ts';
import { cheapBytes } from '../read/read-lines.ts';
import { countLines } from '../read/line-ends.ts';
import { findEncoding } from '../read/text-encoding.ts';
import { locate } from '../roots/locate.ts';
import { pathParam } from './path-param.ts';

export const stat = defineTool({
  name: 'stat',
  title: 'Stat',
  description: 'Tell kind, size, time and etag of one file or folder. Use before reading what may be large.',
  input: z.object({ path: pathParam('File or folder.') }),
  output: z.object({
    type: z.string(),
    size: z.number(),
    modified: z.string(),
    mode: z.string(),
    etag: z.string(),
    mimeType: z.string(),
    lines: z.number().optional(),
  }),
  hints: { readOnly: true },
  scopes: ['fs:read'],

  async run({ path }, call) {
    const located = await locate(call, path);
    await using pinned = await telling(located, () => openPinned(located));
    const { stats } = pinned;
    const type = kindOf(stats);
    const read = type === 'file' && stats.size <= BigInt(cheapBytes) ? await readText(pinned, call.signal) : undefined;
    return {
      type,
      size: Number(stats.size),
      modified: toTime(Number(stats.mtimeMs)),
      mode: (Number(stats.mode) & 0o7777).toString(8).padStart(4, '0'),
      etag: etagOf(stats),
      mimeType: type === 'directory' ? 'inode/directory' : (mimeTypeOf(located.names.at(-1) ?? '') ?? read?.mimeType ?? unknownType),
      ...(read?.lines !== undefined && { lines: read.lines }),
    };
  },
});

const unknownType = 'application/octet-stream';

/** What only the content tells; nothing when it cannot be read. */
async function readText(pinned: Pinned, signal: AbortSignal): Promise<{ mimeType: string; lines?: number } | undefined> {
  try {
    await using file = await openPinnedFile(pinned);
    const source = await openBytes(file, signal);
    const found = findEncoding(source.head);
    if (found.kind === 'binary') return { mimeType: unknownType };
    return { mimeType: 'text/plain', lines: await countLines(source, 0, found.kind === 'text' ? found.encoding : 'utf-8') };
  } catch (error) {
    if (isAppError(error) && !signal.aborted) return undefined;
    throw error;
  }
}
