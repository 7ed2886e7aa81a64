import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The absolute path of this checkout. */
export const repositoryRoot = join(import.meta.dirname, '../../..');

/** The fields of package.json that building and checking need; others pass through untouched. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  bin?: Readonly<Record<string, string>>;
  files?: readonly string[];
  exports?: unknown;
  dependencies?: Readonly<Record<string, string>>;
  devDependencies?: Readonly<Record<string, string>>;
  peerDependencies?: Readonly<Record<string, string>>;
  peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
  nx?: unknown;
  scripts?: Readonly<Record<string, string>>;
  /** Ours: how `npm run build` bundles an app. */
  trellis?: {
    /** Further bundles beside `main.cjs`, such as workers: name without extension to source file. */
    entries?: Readonly<Record<string, string>>;
  };
}

/** A package of this repository. */
export interface Package {
  /** Folder relative to the repository, with `/`, such as `libs/errors`. */
  folder: string;
  manifest: Manifest;
}

/** Reads one package.json. */
export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Reads all libraries and apps that have code, sorted by folder. */
export async function readPackages(): Promise<Package[]> {
  const packages: Package[] = [];
  for (const entry of ['libs/*/src/index.ts', 'apps/*/src/main.ts']) {
    for await (const file of glob(entry, { cwd: repositoryRoot })) {
      const folder = dirname(dirname(file)).replaceAll('\\', '/');
      packages.push({ folder, manifest: await readManifest(join(repositoryRoot, folder)) });
    }
  }
  return packages.sort((a, b) => a.folder.localeCompare(b.folder));
}

/** Whether a package is something people run. */
export function isApp({ folder }: Package): boolean {
  return folder.startsWith('apps/');
}
