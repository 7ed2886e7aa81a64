import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { checkApp } from './check-app.ts';
import { checkContents } from './check-contents.ts';
import { checkPublishing } from './check-publishing.ts';
import { checkTypes } from './check-types.ts';
import { packAll, type Tarball } from './pack-all.ts';
import { isApp, readPackages, repositoryRoot, type Manifest, type Package } from './repository.ts';
import { runProgram } from './run-program.ts';

/** `npm run packages [-- apps]`: builds and packs everything, judges each package, and runs each app outside the repository. */
const packages = await readPackages();
const manifests = packages.map(({ manifest }) => manifest);
const onlyApps = process.argv.slice(2);

await runProgram(process.execPath, [join(import.meta.dirname, 'build.ts')]);
const destination = await mkdtemp(join(tmpdir(), 'trellis-packages-'));
try {
  const tarballs = await packAll(packages, destination);
  // Side by side: while npm downloads for one app, another has its tests run.
  const counts = await Promise.all(
    packages.filter(({ manifest }) => !manifest.private).map(async (one) => report(one, await checkOne(one, tarballs, manifests))),
  );
  process.exitCode = counts.length > 0 && counts.every((count) => count === 0) ? 0 : 1;
} finally {
  await rm(destination, { recursive: true, force: true });
}

function report({ manifest }: Package, found: readonly string[]): number {
  process.stdout.write(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${manifest.name}\n${found.map((text) => `       ${text}\n`).join('')}`);
  return found.length;
}

async function checkOne(one: Package, tarballs: readonly Tarball[], workspace: readonly Manifest[]): Promise<string[]> {
  const tarball = tarballs.find(({ folder }) => folder === one.folder);
  if (!tarball) return ['was not packed'];
  const common = [...checkContents(tarball, workspace), ...(await checkPublishing(tarball))];
  if (!isApp(one)) return [...common, ...(await checkTypes(tarball.file))];
  const launcher = [...(await checkLauncher(one))];
  const isWanted = onlyApps.length === 0 || onlyApps.includes(one.folder);
  return [...common, ...launcher, ...(isWanted ? await checkApp(one, tarballs) : [])];
}

/** All apps share one launcher. */
async function checkLauncher({ folder }: Package): Promise<string[]> {
  const program = `bin/trellis-${basename(folder)}.cjs`;
  const [own, shared] = await Promise.all(
    [join(repositoryRoot, folder, program), join(import.meta.dirname, 'launcher.cjs')].map((file) => readFile(file, 'utf8')),
  );
  return own === shared ? [] : [`${program} differs from tools/packages/src/launcher.cjs`];
}
