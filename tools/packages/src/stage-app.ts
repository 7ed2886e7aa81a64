import { access, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleApp, listBundles, type Bundle } from './bundle-app.ts';
import { collectLicenses } from './collect-licenses.ts';
import { publishedManifest } from './published-manifest.ts';
import { refusePeers } from './refuse-peers.ts';
import { repositoryRoot, type Manifest, type Package } from './repository.ts';

/** Where the publishable form of an app lies, relative to its folder. */
export const stagingFolder = 'dist/package';

/** Bundles an app and lays out what is published in `dist/package`: launcher, bundles, data, README, LICENSE, and the reduced package.json. */
export async function stageApp(app: Package, workspace: readonly Manifest[]): Promise<Bundle> {
  const root = join(repositoryRoot, app.folder);
  const staging = join(root, stagingFolder);
  const bundle = await bundleApp(app);
  refusePeers(app.manifest, bundle.included, workspace);
  await rm(staging, { recursive: true, force: true });
  await mkdir(join(staging, 'dist'), { recursive: true });
  const built = await listBundles(join(root, 'dist'));
  const parts: [string, string][] = [
    ...built.map((file): [string, string] => [join(root, 'dist', file), `dist/${file}`]),
    [join(root, 'bin'), 'bin'],
    [join(root, 'data'), 'data'],
    [join(root, 'README.md'), 'README.md'],
    [join(repositoryRoot, 'LICENSE'), 'LICENSE'],
  ];
  for (const [from, to] of parts) if (await exists(from)) await cp(from, join(staging, to), { recursive: true });
  await writeFile(join(staging, 'THIRD-PARTY-LICENSES.md'), await collectLicenses(bundle.included));
  const manifest = publishedManifest(app.manifest, bundle.externals, workspace);
  await writeFile(join(staging, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return bundle;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
