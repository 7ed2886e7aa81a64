import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));
const installTimeoutMs = 10 * 60_000;

/**
 * Installs packages of other projects from npm into a folder of the cache on first use.
 *
 * @returns The folder's `node_modules`, or why they cannot be installed: without a network what is measured beside them is left out and named.
 */
export async function installPackages(
  folder: string,
  versions: Readonly<Record<string, string>>,
): Promise<{ readonly modules: string } | { readonly missing: string }> {
  const directory = join(cache, folder);
  // A file that says which versions were installed completely.
  const stamp = join(directory, `installed-${Object.values(versions).join('-')}`);
  try {
    if (!(await isThere(stamp))) {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      await promisify(execFile)('npm', ['install', ...flags], { cwd: directory, timeout: installTimeoutMs });
      await writeFile(stamp, '');
    }
    return { modules: join(directory, 'node_modules') };
  } catch (error) {
    const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
    return { missing: `${names.join(', ')} could not be installed (${firstLine(error)}).` };
  }
}

/** The first line of what was thrown. */
export function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1).join('') : String(error);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
