import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Variables with which Node keeps what it compiled, which halves the time of a start from sources. */
export const compileCache: Readonly<Record<string, string>> = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };

/**
 * Flags of a start from sources: where packages resolve to, and WebAssembly that is compiled once, fast, since a server under test lives for
 * a few calls.
 */
const sourceFlags = ['--conditions=@trellis-mcp/source', '--liftoff-only'];

/** Whether this library itself runs from its sources; the packages of an installed copy hold no sources to resolve to. */
const isSource = extname(fileURLToPath(import.meta.url)) === '.ts';

/**
 * The command that runs the entry of a server with the Node in use: `src/main.ts` from its sources, or a built bin.
 *
 * Inside the repository the libraries resolve to their sources, too; in a copy of an app elsewhere to the installed packages.
 */
export function entryCommand(entry: URL | string, args: readonly string[] = []): Command {
  const path = entry instanceof URL || entry.startsWith('file:') ? fileURLToPath(entry) : entry;
  const flags = isSource && extname(path) === '.ts' ? sourceFlags : [];
  return { command: process.execPath, args: [...flags, path, ...args] };
}
