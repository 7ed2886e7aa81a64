import { execFile } from 'node:child_process';
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where the programs of other projects were installed. */
export interface Peers {
  /** Script of DBHub. */
  readonly dbhub: string;
  /** Binary of MCP Toolbox for Databases. */
  readonly toolbox: string;
}

/** What is measured beside Trellis; no dependency of this repository. */
const peerVersions = { '@bytebase/dbhub': '1.4.0', '@toolbox-sdk/server': '1.12.0' } as const;

const directory = fileURLToPath(new URL('../node_modules/.cache/trellis-peers/', import.meta.url));
const installTimeoutMs = 10 * 60_000;

/**
 * Installs the peers from npm into a cache directory on first use (about 450 MB).
 *
 * @returns Why they cannot be installed, when they cannot: without a network the benchmarks beside them are left out and named.
 */
export async function installPeers(): Promise<Peers | { readonly missing: string }> {
  const modules = join(directory, 'node_modules');
  const platform = `${process.platform}-${process.arch}`;
  const peers: Peers = {
    dbhub: join(modules, '@bytebase/dbhub/dist/index.js'),
    toolbox: join(modules, `@toolbox-sdk/server-${platform}/bin/toolbox`),
  };
  try {
    if (!(await isThere(join(directory, stampName())))) await install();
    await Promise.all([access(peers.dbhub), access(peers.toolbox)]);
    await chmod(peers.toolbox, 0o755);
    return peers;
  } catch (error) {
    const names = Object.entries(peerVersions).map(([name, version]) => `${name}@${version}`);
    const why = error instanceof Error ? error.message.split('\n', 1).join('') : String(error);
    return { missing: `${names.join(' and ')} could not be installed (${why}).` };
  }
}

/** A file that says which versions were installed completely. */
function stampName(): string {
  return `installed-${Object.values(peerVersions).join('-')}`;
}

async function install(): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies: peerVersions }));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...flags], { cwd: directory, timeout: installTimeoutMs });
  await writeFile(join(directory, stampName()), '');
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
