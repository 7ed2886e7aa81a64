import type { AnyTool } from '@trellis-mcp/server';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import { copy } from './copy.ts';
import { deletePath } from './delete.ts';
import { editFile } from './edit-file.ts';
import { findFiles } from './find-files.ts';
import { listDirectory } from './list-directory.ts';
import { listRoots } from './list-roots.ts';
import { makeDirectory } from './make-directory.ts';
import { move } from './move.ts';
import { readFile } from './read-file.ts';
import { readFiles } from './read-files.ts';
import { restore } from './restore.ts';
import { searchText } from './search-text.ts';
import { stat } from './stat.ts';
import { tree } from './tree.ts';
import { writeFile } from './write-file.ts';

/** Tools that change nothing. */
const readers: readonly AnyTool<Deps>[] = [listRoots, readFile, readFiles, listDirectory, tree, findFiles, searchText, stat];

/** Tools of `--write`. */
const writers: readonly AnyTool<Deps>[] = [writeFile, editFile, move, copy, makeDirectory, deletePath, restore];

/** All tools of this server. */
export const tools: readonly AnyTool<Deps>[] = [...readers, ...writers];

/** The tools as clients see them. Called once, at start. */
export function listTools(
  { write }: Pick<Config, 'write'>,
  { addOfficialTools }: Pick<Deps, 'addOfficialTools'>,
): readonly AnyTool<Deps>[] {
  const own = write ? tools : readers;
  return addOfficialTools?.(own, { write }) ?? own;
}
