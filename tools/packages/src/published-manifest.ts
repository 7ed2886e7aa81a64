import type { Manifest } from './repository.ts';

/** Optional natives that some packages try to load and do without. */
const neverInstalled = new Set(['pg-native', 'bufferutil', 'utf-8-validate']);

/**
 * The package.json of an app as people install it: its bundle carries the workspace libraries and most third-party code, so only what the
 * bundle imports at run time stays a dependency.
 *
 * @param workspace - All manifests of the repository; the ranges of what the libraries bring come from there.
 * @throws Error when the bundle imports something that no package.json declares.
 */
export function publishedManifest(app: Manifest, externals: readonly string[], workspace: readonly Manifest[]): Manifest {
  const { devDependencies: _dev, scripts: _scripts, trellis: _trellis, nx: _nx, ...rest } = app;
  const dependencies: Record<string, string> = {};
  const peerDependencies: Record<string, string> = {};
  for (const name of externals.filter((external) => !neverInstalled.has(external))) {
    const range = findRange([app, ...workspace], 'dependencies', name);
    const peerRange = findRange([app, ...workspace], 'peerDependencies', name);
    if (range !== undefined) dependencies[name] = range;
    else if (peerRange !== undefined) peerDependencies[name] = peerRange;
    else throw new Error(`The bundle of ${app.name} imports ${name}, which no package.json declares.`);
  }
  const optional = Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, { optional: true }]));
  const hasPeers = Object.keys(peerDependencies).length > 0;
  return {
    ...rest,
    files: ['bin', 'dist', 'data', 'THIRD-PARTY-LICENSES.md'],
    dependencies,
    ...(hasPeers && { peerDependencies, peerDependenciesMeta: optional }),
  };
}

function findRange(manifests: readonly Manifest[], kind: 'dependencies' | 'peerDependencies', name: string): string | undefined {
  return manifests.map((manifest) => manifest[kind]?.[name]).find((range) => range !== undefined);
}
