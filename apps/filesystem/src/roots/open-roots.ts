import { realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '@trellis-mcp/errors';
import { codeOf } from '../descriptor/code-of.ts';
import type { FileReader } from '../reader/file-reader.ts';
import { createExcludes } from './excludes.ts';
import { findGuarantee } from './find-guarantee.ts';
import type { Located } from './located.ts';
import { locatePath, show } from './locate-path.ts';
import type { Narrowing } from './narrowing.ts';
import type { Guarantee, Root } from './root.ts';
import { parseRootText, type RootText } from './root-text.ts';

/** The folders that are served, and the gate in front of them. */
export interface Roots {
  /** In the order of the configuration; with a narrowing, what is left of them, folder by folder, as callers name it. */
  list(narrowing?: Narrowing): readonly Root[];
  /** @throws AppError `DENIED` with one text for every place outside. Handlers call `locate(call, path)` instead. */
  locate(path: string, narrowing?: Narrowing): Located;
}

/** What {@link openRoots} opens. */
export interface OpenRootsOptions {
  /** `name=path` or paths. */
  readonly texts: readonly string[];
  readonly writable: boolean;
  /** Patterns of `--exclude`. Default: none. */
  readonly exclude?: readonly string[];
  /** Default: the best that this system can give. */
  readonly guarantee?: Guarantee;
  /** What reads small files. Default: they are read as large ones are. */
  readonly reader?: FileReader;
}

/**
 * Resolves the roots of a configuration once.
 *
 * @throws AppError `INVALID_INPUT` for a root that is not there, is no folder, lies in another one, or has the name of another one.
 */
export async function openRoots({ texts, writable, exclude = [], guarantee: wanted, reader }: OpenRootsOptions): Promise<Roots> {
  const excludes = await createExcludes(exclude);
  const roots: Root[] = [];
  for (const given of texts.map(parseRootText)) {
    const path = await resolveFolder(given.path);
    const clash = roots.find((other) => other.path === path);
    if (clash !== undefined) throw invalid(`The root ${given.path} is there twice.`, 'Leave one of them out.');
    const guarantee = await findGuarantee(path, wanted);
    roots.push({
      name: nameRoot(given, path, roots),
      uri: pathToFileURL(path).href,
      path,
      aliases: path === given.path ? [path] : [path, given.path],
      writable,
      guarantee,
      excludes,
      ...(guarantee === 'descriptor' && { reader }),
    });
  }
  return createRoots(roots);
}

function createRoots(roots: readonly Root[]): Roots {
  return {
    list: (narrowing) => (narrowing === undefined ? roots : listNarrowed(roots, narrowing)),
    locate: (path, narrowing) => locatePath(path, roots, narrowing),
  };
}

function listNarrowed(roots: readonly Root[], narrowing: Narrowing): readonly Root[] {
  return [...narrowing].flatMap(([root, area]) =>
    area.map((names) => {
      if (names.length === 0) return root;
      const path = join(root.path, ...names);
      return { ...root, name: show(root, names, roots), path, aliases: [path], uri: pathToFileURL(path).href };
    }),
  );
}

async function resolveFolder(path: string): Promise<string> {
  const hint = 'Name a folder that exists with --root.';
  try {
    const resolved = await realpath(path);
    if (!(await stat(resolved)).isDirectory()) throw invalid(`The root ${path} is no folder.`, hint);
    // What is no text would be read as U+FFFD, and then two folders could have one name.
    if (resolved.includes('\uFFFD')) throw invalid(`The path of the root ${path} is no valid UTF-8.`, hint);
    return resolved;
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = codeOf(error) ?? 'unknown';
    throw new AppError('INVALID_INPUT', `The root ${path} cannot be opened (${code}).`, { hint, cause: error });
  }
}

function nameRoot({ name }: RootText, path: string, others: readonly Root[]): string {
  const isFree = (candidate: string): boolean => others.every((other) => other.name !== candidate);
  if (name !== undefined) {
    if (isFree(name)) return name;
    throw invalid(`Two roots have the name ${name}.`, 'Give one of them another: --root other=folder.');
  }
  const base = basename(path);
  // V8 takes a millisecond of a start to read what most names do not need.
  const own = /^[\w.-]+$/.test(base) ? base : base.replaceAll(/[^\p{L}\p{N}._-]/gu, '-') || 'root';
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? own : `${own}-${number}`;
    if (isFree(candidate)) return candidate;
  }
}

function invalid(message: string, hint: string): AppError {
  return new AppError('INVALID_INPUT', message, { hint });
}
