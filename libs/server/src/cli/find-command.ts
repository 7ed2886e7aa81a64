import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** How this process was started. */
export interface ProgramStart {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  /** Path of the main module, `process.argv[1]`. */
  readonly entry: string;
}

/** A command line that starts the server again, from any directory. */
export interface StartCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * `npx` with the newest version when the server came from the registry; this very Node with the absolute path of its main module when it
 * runs from a checkout. Never through `npm run`, which writes to stdout.
 */
export async function findCommand({ execPath, execArgv, entry }: ProgramStart): Promise<StartCommand> {
  const path = await realpath(entry);
  const isInstalled = path.includes(`${sep}node_modules${sep}`);
  const packageName = isInstalled ? await findPackageName(dirname(path)) : undefined;
  if (packageName !== undefined) {
    return { command: 'npx', args: ['-y', `${packageName}@latest`] };
  }
  const conditions = execArgv.filter((argument) => argument.startsWith('--conditions='));
  return { command: execPath, args: [...conditions, path] };
}

async function findPackageName(folder: string): Promise<string | undefined> {
  for (let current = folder; dirname(current) !== current; current = dirname(current)) {
    const name = await readPackageName(join(current, 'package.json'));
    if (name !== undefined) {
      return name;
    }
  }
  return undefined;
}

async function readPackageName(path: string): Promise<string | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof content === 'object' && content !== null && 'name' in content && typeof content.name === 'string'
      ? content.name
      : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
