import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Canary } from './canary.ts';

/** Everything below a folder and the folder itself, by path, over no link. Whatever is made, changed or removed shows, also when it was undone. */
export async function takeSnapshot(folder: string): Promise<Map<string, string>> {
  const paths = [folder, ...(await listBelow(folder))];
  return new Map(await Promise.all(paths.map(async (path) => [path, await describe(path)] as const)));
}

async function describe(path: string): Promise<string> {
  const { mode, ino, nlink, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
  return [mode, ino, nlink, size, mtimeNs, ctimeNs].join(' ');
}

const maxBytes = 1_048_576;

/** Files below a folder, and names, that hold what is outside. Names that are no UTF-8, which tests alone make, are left out, and huge files. */
export async function findContent(folder: string, canary: Canary): Promise<string[]> {
  const found: string[] = [];
  for (const path of await listBelow(folder)) {
    if (path.includes('\uFFFD')) continue;
    if (canary.findIn(path) !== undefined) found.push(`a name of the outside: ${path}`);
    const stats = await lstat(path);
    if (!stats.isFile() || stats.size > maxBytes) continue;
    if (canary.findIn(await readFile(path, 'utf8')) !== undefined) found.push(`bytes of the outside: ${path}`);
  }
  return found;
}

/** With types asked for, Node goes into folders alone; without, it follows links. */
async function listBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.map(({ parentPath, name }) => join(parentPath, name));
}
