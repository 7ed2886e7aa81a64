import { AppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { missing } from '../descriptor/missing.ts';
import { openFile, type PinnedFile } from '../descriptor/open-file.ts';
import { type Located, quote } from '../roots/located.ts';
import { commitFile, writeAll } from '../write/commit-file.ts';
import { assertMatch, findFile, namesOf, openFileTarget } from '../write/target.ts';
import { tooLarge } from '../write/too-large.ts';
import { applyEdits, type Edit } from './apply-edits.ts';
import { assertNotMixed, decodeWhole, encodeText } from './text-format.ts';
import { createUnifiedDiff } from './unified-diff.ts';

/** What {@link editFile} is asked for. */
export interface EditRequest {
  readonly edits: readonly Edit[];
  readonly ifMatch?: string | undefined;
  readonly dryRun: boolean;
}

/** What became of it. */
export interface EditOutcome {
  readonly diff: string;
  readonly etag: string;
  readonly replacements: number;
}

/** Reads a file, edits its text and writes it back, all of it within the file's turn; every byte that no edit means stays. */
export async function editFile(
  located: Located,
  request: EditRequest,
  { deps, signal }: Pick<Call<Deps>, 'deps' | 'signal'>,
): Promise<EditOutcome> {
  const { writer, limits } = deps;
  await using target = await openFileTarget(located, signal);
  return await writer.locks.hold([target.key], signal, async () => {
    const stats = await findFile(target, limits);
    if (stats === undefined) throw missing(located);
    await using file = await openFile({ ...located, names: namesOf(target) }, { signal });
    assertMatch(located, file.stats, request.ifMatch);
    const before = await readAll(file, limits.maxWriteBytes);
    const { text, encoding } = decodeWhole(before);
    const newTexts = request.edits.map(({ newText }) => newText);
    assertNotMixed(before, encoding, newTexts);
    const edited = await applyEdits(text, request.edits, { maxCharacters: limits.maxWriteBytes, signal });
    const bytes = encodeText(edited.text, encoding);
    if (bytes.length > limits.maxWriteBytes) throw tooLarge(located, bytes.length, limits.maxWriteBytes);
    const diff = await createUnifiedDiff(located.shown, text, edited.text);
    signal.throwIfAborted();
    const isSame = request.dryRun || edited.text === text;
    const etag = isSame
      ? file.etag
      : await commitFile(target, writer, { replaces: file.stats, fill: async (handle) => writeAll(handle, bytes) });
    return { diff, etag, replacements: edited.replacements };
  });
}

async function readAll({ handle, located, stats }: PinnedFile, maxBytes: number): Promise<Buffer> {
  if (stats.size > BigInt(maxBytes)) throw tooLarge(located, stats.size, maxBytes);
  // One byte more than it has shows whether it grows.
  const buffer = Buffer.alloc(Number(stats.size) + 1);
  let length = 0;
  for (let more = 1; more > 0 && length < buffer.length; length += more) {
    ({ bytesRead: more } = await handle.read(buffer, length, buffer.length - length, length));
  }
  if (length === Number(stats.size)) return buffer.subarray(0, length);
  throw new AppError('CONFLICT', `${quote(located)} changes while it is read.`, { hint: 'Try again.', retryable: true });
}
