import { opendir } from 'node:fs/promises';
import { isAppError } from '@trellis-mcp/errors';
import type { Call, Complete } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { openDirectory } from '../descriptor/open-directory.ts';
import { locate } from '../roots/locate.ts';
import { type Located, locateEntry } from '../roots/located.ts';
import { isReserved } from '../roots/reserved.ts';

/** Entries that are looked at for one suggestion, and how many are suggested. */
const maxLooked = 20_000;
const maxSuggested = 100;

/** Completes a path entry by entry; folders end with a slash, so that the next request goes on inside. Hidden ones need their dot. */
export function completePath(kind: 'folders' | 'entries'): Complete<Deps> {
  return async (value, call) => {
    const end = value.lastIndexOf('/') + 1;
    const roots = call.deps.roots.list();
    if (end === 0 && roots.length > 1) return roots.map(({ name }) => `${name}/`).filter((name) => name.startsWith(value));
    const folder = value.slice(0, end);
    const names = await listNames(call, folder === '' ? '.' : folder, { kind, prefix: value.slice(end) });
    return names.map((name) => `${folder}${name}`);
  };
}

interface Wanted {
  readonly kind: 'folders' | 'entries';
  readonly prefix: string;
}

/** Nothing for a place that cannot be listed: whoever types has not finished. */
async function listNames(call: Call<Deps>, folder: string, wanted: Wanted): Promise<readonly string[]> {
  try {
    return await readNames(await locate(call, folder), wanted, call.signal);
  } catch (error) {
    if (isAppError(error) && error.code !== 'INTERNAL') return [];
    throw error;
  }
}

async function readNames(located: Located, { kind, prefix }: Wanted, signal: AbortSignal): Promise<readonly string[]> {
  await using directory = await openDirectory(located);
  const names: string[] = [];
  let looked = 0;
  for await (const entry of await opendir(directory.fdPath)) {
    signal.throwIfAborted();
    looked += 1;
    if (looked > maxLooked) break;
    const isFolder = entry.isDirectory();
    if (!entry.name.startsWith(prefix) || (kind === 'folders' && !isFolder) || !isOffered(entry.name, prefix)) continue;
    const { names: path } = locateEntry(located, entry.name);
    if (!located.root.excludes.hides(path, isFolder)) names.push(isFolder ? `${entry.name}/` : entry.name);
  }
  return names.sort().slice(0, maxSuggested);
}

/** U+FFFD stands for bytes that are no text: such a name cannot be sent. */
function isOffered(name: string, prefix: string): boolean {
  return !isReserved(name) && !name.includes('\uFFFD') && (!name.startsWith('.') || prefix.startsWith('.'));
}
