import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tarball } from './pack-all.ts';
import { repositoryRoot, type Manifest, type Package } from './repository.ts';
import { runProgram } from './run-program.ts';
import { talkOverStdio } from './stdio-session.ts';

const installLimitMs = 180_000;
const testLimitMs = 240_000;
const jestConfig = `export default { testMatch: ['**/src/**/*.test.ts'], transform: {}, extensionsToTreatAsEsm: ['.ts'], testTimeout: 60_000 };\n`;

/**
 * Copies an app into an empty folder outside the repository, installs it there from packed files only, runs the packed program over stdio
 * and the copied unit tests. Lists what went wrong.
 */
export async function checkApp(app: Package, tarballs: readonly Tarball[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), `trellis-${basename(app.folder)}-`));
  try {
    await cp(join(repositoryRoot, app.folder), folder, {
      recursive: true,
      filter: (file) => !['node_modules', 'dist', 'bin'].includes(basename(file)),
    });
    await writeFile(join(folder, 'package.json'), JSON.stringify(await standaloneManifest(app.manifest, tarballs), null, 2));
    await writeFile(join(folder, 'jest.config.mjs'), jestConfig);
    await runProgram('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
      cwd: folder,
      limitMs: installLimitMs,
    });
    return [...(await checkProgram(app, folder)), ...(await runUnitTests(folder))];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The app's package.json with every package of ours replaced by its tarball, the packed app itself, and the test runner. */
async function standaloneManifest(manifest: Manifest, tarballs: readonly Tarball[]): Promise<object> {
  const own = Object.fromEntries(tarballs.map((one) => [one.manifest.name, pathToFileURL(one.file).href.replace('file://', 'file:')]));
  const libraries = Object.fromEntries(Object.entries(own).filter(([name]) => name !== manifest.name));
  const replace = (dependencies: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(dependencies).map(([name, range]) => [name, own[name] ?? range]));
  const root = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
    overrides: object;
  };
  const { bin: _bin, files: _files, ...rest } = manifest;
  return {
    ...rest,
    name: 'copied-app',
    private: true,
    dependencies: { ...replace(manifest.dependencies), 'packed-app': own[manifest.name] },
    devDependencies: { ...replace(manifest.devDependencies), jest: root.devDependencies['jest'] },
    overrides: { ...root.overrides, ...libraries },
  };
}

async function checkProgram({ manifest }: Package, folder: string): Promise<string[]> {
  const [bin] = Object.keys(manifest.bin ?? {});
  if (bin === undefined) return ['has no bin'];
  const program = join(folder, 'node_modules/.bin', bin);
  const version = (await runProgram(program, ['--version'], { cwd: folder })).trim();
  const session = await talkOverStdio([program], folder);
  return [
    ...(version.includes(manifest.version) ? [] : [`--version says ${version}`]),
    ...(session.serverVersion === manifest.version ? [] : [`calls itself ${session.serverVersion}`]),
    ...(session.tools.length > 0 ? [] : ['lists no tools']),
    ...(session.exitCode === 0 ? [] : [`ends with ${session.exitCode ?? 'a signal'} after stdin has closed`]),
  ];
}

async function runUnitTests(folder: string): Promise<string[]> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const args = [...flags, 'node_modules/jest/bin/jest.js', '--ci', '--json', '--outputFile=report.json', '--reporters=default'];
  await runProgram(process.execPath, args, { cwd: folder, limitMs: testLimitMs });
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as { numPassedTests: number };
  return report.numPassedTests > 0 ? [] : ['no unit test ran in the copy'];
}
