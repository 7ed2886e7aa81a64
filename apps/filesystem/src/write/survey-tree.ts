import { lstat } from 'node:fs/promises';
import { AppError } from '@trellis-mcp/errors';
import { hasCode } from '../descriptor/code-of.ts';
import { namesBelow } from '../roots/narrowing.ts';
import { type Located, quote } from '../roots/located.ts';
import type { Root } from '../roots/root.ts';
import { listEntries, openOwnFolder } from './own-folder.ts';
import { namesOf, type Target } from './target.ts';

/** How much there is in an entry and below it. */
export interface Survey {
  /** The entry itself is one. */
  readonly entries: number;
  /** Room on the disk at most. */
  readonly bytes: number;
}

/** What {@link surveyTree} is held to. */
export interface SurveyOptions {
  readonly maxEntries: number;
  readonly maxDepth: number;
  /** All roots. */
  readonly roots: readonly Root[];
  readonly signal: AbortSignal;
}

/**
 * Counts what would go with an entry.
 *
 * @throws AppError `DENIED` for a folder that holds a root, or what the operator hides and would show at another place; `LIMIT` above the
 * limits.
 */
export async function surveyTree(target: Target, options: SurveyOptions): Promise<Survey> {
  const { located } = target;
  assertNoRoot(target, options.roots);
  const names = namesOf(target);
  const counted = { entries: 0, bytes: 0 };
  await count(Buffer.from(target.path), { ...options, located, names, counted, depth: 0 });
  return counted;
}

/** @throws AppError `DENIED` for a folder that holds a root. */
export function assertNoRoot(target: Target, roots: readonly Root[]): void {
  const { located } = target;
  const path = [located.root.path, ...namesOf(target)].join('/');
  const inside = roots.find((root) => namesBelow(path, root.path) !== undefined);
  if (inside !== undefined) throw new AppError('DENIED', `${quote(located)} holds the root ${inside.name}; it stays where it is.`);
}

interface Counting extends SurveyOptions {
  readonly located: Located;
  readonly names: readonly string[];
  readonly counted: { entries: number; bytes: number };
  readonly depth: number;
}

async function count(path: Buffer, counting: Counting): Promise<void> {
  const { counted, located, names, depth, maxEntries, maxDepth, signal } = counting;
  signal.throwIfAborted();
  const stats = await lstat(path);
  counted.entries += 1;
  counted.bytes += Math.min(stats.size, stats.blocks * 512);
  if (counted.entries > maxEntries) throw tooMuch(located, `more than ${maxEntries} entries`, '--max-entries');
  const isDirectory = stats.isDirectory();
  if (depth > 0 && located.root.excludes.hides(names, isDirectory)) {
    throw new AppError('DENIED', `${quote(located)} holds what the operator hides; it stays as it is.`, {
      hint: 'Take the files in it one by one.',
    });
  }
  if (!isDirectory) return;
  if (depth >= maxDepth) throw tooMuch(located, `folders deeper than ${maxDepth}`, '--max-depth');
  await using folder = await openOwnFolder(path, located.root);
  for await (const entry of listEntries(folder)) {
    try {
      await count(entry.path, { ...counting, names: [...names, entry.bytes.toString()], depth: depth + 1 });
    } catch (error) {
      // It went while it was counted.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

function tooMuch(located: Located, what: string, flag: string): AppError {
  return new AppError('LIMIT', `${quote(located)} holds ${what}.`, {
    hint: `Take a part of it, or ask the operator for a larger ${flag}.`,
  });
}
