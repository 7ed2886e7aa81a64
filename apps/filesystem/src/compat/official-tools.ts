import type { AnyTool } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { listAllowedDirectories } from './list-allowed-directories.ts';
import { readFile } from './read-file.ts';
import { readMediaFile } from './read-media-file.ts';
import { readMultipleFiles } from './read-multiple-files.ts';
import { readTextFile } from './read-text-file.ts';

/** All tools of the official server. Some take the place of ours with the same name. */
const official: readonly AnyTool<Deps>[] = [readFile, readTextFile, readMediaFile, readMultipleFiles, listAllowedDirectories];

/** Adds the official tools to ours; those that write only where ours may. */
export function addOfficialTools(own: readonly AnyTool<Deps>[], { write }: { readonly write: boolean }): readonly AnyTool<Deps>[] {
  const offered = new Map(official.filter(({ hints }) => write || hints.readOnly).map((tool) => [tool.name, tool]));
  const names = new Set(own.map(({ name }) => name));
  return [...own.map((tool) => offered.get(tool.name) ?? tool), ...[...offered.values()].filter(({ name }) => !names.has(name))];
}
