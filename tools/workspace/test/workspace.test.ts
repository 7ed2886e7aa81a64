import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { findReferenceDrift } from '../src/project-references.ts';
import { readWorkspacePackages } from '../src/workspace-packages.ts';

const root = join(import.meta.dirname, '../../..');
const packages = readWorkspacePackages(root);
const byName = new Map(packages.map(({ manifest }) => [manifest.name, manifest]));

it('keeps tsconfig references in step with package.json (npm run sync repairs)', () => {
  expect(findReferenceDrift(root, packages).map(({ file }) => file)).toEqual([]);
});

it('sees a dependency that has no reference', () => {
  const changed = packages.map((one) =>
    one.folder === 'libs/errors' ? { ...one, manifest: { ...one.manifest, dependencies: { '@trellis-mcp/validation': '^0.1.0' } } } : one,
  );
  const files = findReferenceDrift(root, changed).map(({ file }) => file);
  expect(files).toEqual(expect.arrayContaining(['libs/errors/tsconfig.lib.json', 'libs/errors/tsconfig.spec.json']));
});

it('gives all packages one version, and each other caret ranges of it', () => {
  const [first] = packages;
  const version = first?.manifest.version;
  expect(packages.filter(({ manifest }) => manifest.version !== version)).toEqual([]);
  const ranges = packages.flatMap(({ folder, manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies })
      .filter(([name]) => byName.has(name))
      .map(([name, range]) => ({ folder, name, range })),
  );
  expect(ranges.filter(({ range }) => range !== `^${version}`)).toEqual([]);
});

it('gives every package exactly one floor', () => {
  const floors = packages.map(({ folder, manifest }) => [
    folder,
    (manifest.nx?.tags ?? []).filter((tag) => /^floor:[0-7]$/.test(tag)).length,
  ]);
  expect(floors.filter(([, count]) => count !== 1)).toEqual([]);
});

it('asks for one range of each third-party package', () => {
  const ranges = new Map<string, Set<string>>();
  for (const { manifest } of packages) {
    for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      ranges.set(name, new Set([...(ranges.get(name) ?? []), range]));
    }
  }
  expect([...ranges].filter(([, set]) => set.size > 1)).toEqual([]);
});

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
}

it('locks every platform package, without which npm ci refuses the lockfile, and no registry host', async () => {
  const text = await readFile(join(root, 'package-lock.json'), 'utf8');
  const { packages: locked } = JSON.parse(text) as Lock;
  const names = new Set(Object.keys(locked).map((path) => path.replace(/^.*node_modules\//, '')));
  const wanted = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ path, name })),
  );
  expect(wanted.filter(({ name }) => !names.has(name))).toEqual([]);
  expect(text).not.toContain('"resolved": "http');
});
