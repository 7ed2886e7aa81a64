import { fileURLToPath } from 'node:url';
import { resolve, sep } from 'node:path';
import type { ClientRoot } from '@trellis-mcp/server';
import type { Root } from './root.ts';

/** What is left of a root: the folders, named from the root on. */
export type Area = readonly (readonly string[])[];

/** What a client's roots leave of the configured ones. A root that is absent is left out. */
export type Narrowing = ReadonlyMap<Root, Area>;

const maxClientRoots = 200;

/** Whether an entry is in the area, or is one of its folders. */
export function isInArea(area: Area | undefined, names: readonly string[]): boolean {
  return area === undefined || area.some((folder) => folder.every((name, index) => names[index] === name));
}

/**
 * Cuts the configured roots with those of a client. A client root above a configured one leaves it whole, one inside leaves that folder.
 * Roots that are no files, and more than 200, count for nothing: what they would leave is not there.
 */
export function narrow(roots: readonly Root[], clientRoots: readonly ClientRoot[]): Narrowing {
  const folders = clientRoots.slice(0, maxClientRoots).flatMap(({ uri }) => toFolder(uri) ?? []);
  const areas = roots.map((root) => [root, folders.flatMap((folder) => cut(root, folder))] as const);
  return new Map(areas.filter(([, area]) => area.length > 0));
}

function cut({ aliases }: Root, folder: string): Area {
  if (aliases.some((path) => namesBelow(folder, path) !== undefined)) return [[]];
  return aliases.flatMap((path) => {
    const names = namesBelow(path, folder);
    return names === undefined ? [] : [names];
  });
}

/** The names that lead from one absolute path to another below it; nothing when it is not below. */
export function namesBelow(top: string, path: string): readonly string[] | undefined {
  if (path === top) return [];
  const start = top.endsWith(sep) ? top : top + sep;
  return path.startsWith(start) ? path.slice(start.length).split(sep) : undefined;
}

function toFolder(uri: string): string | undefined {
  if (!uri.startsWith('file://') || !URL.canParse(uri)) return undefined;
  try {
    const path = fileURLToPath(uri);
    // Links are followed nowhere here: `resolve` only drops what is empty.
    return path.includes('\0') ? undefined : resolve(path);
  } catch (error) {
    // A host other than this one, or escapes that are no text.
    if (Object(error) === error && ['TypeError', 'URIError'].includes((error as Error).name)) return undefined;
    throw error;
  }
}
