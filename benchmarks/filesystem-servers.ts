import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StdioCommand, ToolCall } from './database-client.ts';
import { installPackages } from './install-packages.ts';

/** A server of files and how its tool is asked for a whole text file. */
export interface FilesystemServer {
  readonly name: string;
  readonly command: StdioCommand;
  readonly read: (path: string) => ToolCall;
}

/** A folder and the servers that serve it. */
export interface FilesystemSetting extends AsyncDisposable {
  /** Absolute; empty at first. */
  readonly root: string;
  /** The built bundle, started as a user starts it, with what it needs to write. */
  readonly trellis: FilesystemServer;
  /** The official server, or why it is not there. */
  readonly official: FilesystemServer | { readonly missing: string };
}

const bundle = fileURLToPath(new URL('../apps/filesystem/bin/trellis-filesystem.cjs', import.meta.url));
const officialPackage = '@modelcontextprotocol/server-filesystem';

/** Makes a folder and writes down how each server is started on it. Needs `npm run build`. */
export async function openFilesystemSetting(): Promise<FilesystemSetting> {
  const root = await mkdtemp(join(tmpdir(), 'trellis-bench-files-'));
  const installed = await installPackages('trellis-file-peers', { [officialPackage]: '2026.8.31' });
  return {
    root,
    trellis: {
      name: 'Trellis',
      command: { file: process.execPath, args: [bundle, '--root', root, '--write', '--log-file', '/dev/null'] },
      read: (path) => ({ name: 'read_file', arguments: { path } }),
    },
    official:
      'missing' in installed
        ? installed
        : {
            name: 'official server',
            command: { file: process.execPath, args: [join(installed.modules, officialPackage, 'dist/index.js'), root] },
            read: (path) => ({ name: 'read_text_file', arguments: { path } }),
          },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Puts a text file of so many bytes into the folder; returns its absolute path. */
export async function addTextFile({ root }: Pick<FilesystemSetting, 'root'>, bytes: number): Promise<string> {
  const path = join(root, `text-${String(bytes)}.txt`);
  await writeFile(path, 'A line of a text file, as long as such lines are.\n'.repeat(Math.ceil(bytes / 50)).slice(0, bytes));
  return path;
}
