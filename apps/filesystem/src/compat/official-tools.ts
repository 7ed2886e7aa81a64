import type { AnyTool } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { createDirectory } from './create-directory.ts';
import { directoryTree } from './directory-tree.ts';
import { editFile } from './edit-file.ts';
import { getFileInfo } from './get-file-info.ts';
import { listAllowedDirectories } from './list-allowed-directories.ts';
import { listDirectoryWithSizes } from './list-directory-with-sizes.ts';
import { listDirectory } from './list-directory.ts';
import { moveFile } from './move-file.ts';
import { readFile } from './read-file.ts';
import { readMediaFile } from './read-media-file.ts';
import { readMultipleFiles } from './read-multiple-files.ts';
import { readTextFile } from './read-text-file.ts';
import { searchFiles } from './search-files.ts';
import { writeFile } from './write-file.ts';

/** All tools of the official server. Four take the place of ours with the same name. */
const official: readonly AnyTool<Deps>[] = [
  readFile,
  readTextFile,
  readMediaFile,
  readMultipleFiles,
  listDirectory,
  listDirectoryWithSizes,
  directoryTree,
  searchFiles,
  getFileInfo,
  listAllowedDirectories,
  writeFile,
  editFile,
  createDirectory,
  moveFile,
];

/** Adds the official tools to ours; those that write only where ours may. */
export function addOfficialTools(own: readonly AnyTool<Deps>[], { write }: { readonly write: boolean }): readonly AnyTool<Deps>[] {
  const offered = new Map(official.filter(({ hints }) => write || hints.readOnly).map((tool) => [tool.name, tool]));
  const names = new Set(own.map(({ name }) => name));
  return [...own.map((tool) => offered.get(tool.name) ?? tool), ...[...offered.values()].filter(({ name }) => !names.has(name))];
}
