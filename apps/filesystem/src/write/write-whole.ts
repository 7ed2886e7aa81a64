import { isAppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { BigIntStats } from 'node:fs';
import type { Deps } from '../deps.ts';
import { missing } from '../descriptor/missing.ts';
import { type Located, quote } from '../roots/located.ts';
import { commitFile, writeAll } from './commit-file.ts';
import { confirm } from './confirm.ts';
import { ensureFolder, parentOf } from './ensure-folder.ts';
import { assertMatch, findFile, openFileTarget, type Target } from './target.ts';
import { alreadyThere } from './writing.ts';

/** A whole file to write. */
export interface WholeFile {
  readonly bytes: Buffer;
  readonly ifMatch?: string | undefined;
  readonly ifAbsent: boolean;
  readonly createParents: boolean;
}

/** What became of it. */
export interface WriteOutcome {
  readonly etag: string;
  readonly bytes: number;
  readonly created: boolean;
}

/** Writes a whole file; asks before one is replaced that the caller has not shown to know. */
export async function writeWhole(located: Located, file: WholeFile, call: Call<Deps>): Promise<WriteOutcome> {
  const { deps, signal } = call;
  const isThere = (await peek(located, call)) !== undefined;
  const isAsked = isThere && !file.ifAbsent && file.ifMatch === undefined;
  if (isAsked) await confirm(call, `Replace all of the file ${quote(located)}?`);
  if (file.createParents && !isThere && located.names.length > 1) await ensureFolder(parentOf(located), { ...deps, signal });
  await using target = await openFileTarget(located, signal);
  return await deps.writer.locks.hold([target.key], signal, async () => {
    const replaces = await judge(target, { file, isAsked, call });
    const { bytes } = file;
    const fill = { replaces, fill: async (handle: Parameters<typeof writeAll>[0]) => writeAll(handle, bytes) };
    const etag = await commitFile(target, deps.writer, fill);
    return { etag, bytes: bytes.length, created: replaces === undefined };
  });
}

/** Looks at what would be replaced, before anything is asked or changed. */
async function peek(located: Located, { deps, signal }: Pick<Call<Deps>, 'deps' | 'signal'>): Promise<BigIntStats | undefined> {
  try {
    await using target = await openFileTarget(located, signal);
    return await deps.writer.locks.hold([target.key], signal, async () => findFile(target, deps.limits));
  } catch (error) {
    // Perhaps its folder is still to be made; if not, the same is said there.
    if (isAppError(error) && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

interface Judged {
  readonly file: WholeFile;
  readonly isAsked: boolean;
  readonly call: Pick<Call<Deps>, 'deps'>;
}

/** @returns The file to replace; nothing when there is none. */
async function judge(target: Target, { file, isAsked, call }: Judged): Promise<BigIntStats | undefined> {
  const stats = await findFile(target, call.deps.limits);
  if (stats === undefined) {
    if (file.ifMatch !== undefined) throw missing(target.located);
    return undefined;
  }
  // Whoever was not asked saw nothing there.
  if (file.ifAbsent || (file.ifMatch === undefined && !isAsked)) throw alreadyThere(target.located);
  assertMatch(target.located, stats, file.ifMatch);
  return stats;
}
