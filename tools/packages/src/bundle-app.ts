import { rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { repositoryRoot, type Package } from './repository.ts';

/**
 * Packages that stay real dependencies: they bring WASM files, find files beside their own code, or are large and needed only by some
 * configurations. All of them are imported lazily.
 */
const keptOutside = [
  '@electric-sql/pglite',
  'libpg-query',
  'pg',
  'pg-cursor',
  'pg-native',
  'ioredis',
  '@opentelemetry/api',
  'bufferutil',
  'utf-8-validate',
];

/** CommonJS packages inside an ESM bundle still call require. */
const banner = "import{createRequire as trellisRequire}from'node:module';const require=trellisRequire(import.meta.url);";

/** What bundling an app gave. */
export interface Bundle {
  /** Packages that the bundles import at run time, sorted. */
  externals: string[];
  /** Bytes of each bundle by file name. */
  sizes: Record<string, number>;
  /** Third-party packages whose code the bundles hold, sorted. */
  included: string[];
}

/** zod brings its messages in fifty languages (a sixth of the bundle); the servers speak English. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup(bundler) {
    bundler.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';" }));
  },
};

/**
 * Loads Node's modules by require, when the module that imports them runs: a static import runs at start whoever needs it, and reads every
 * export, which makes `node:http` load undici for its `WebSocket`.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === 'builtin' ? { path, external: true } : { path, namespace: 'builtin' },
    );
    bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = require('${path}');` }));
  },
};

/** Bundles an app into `dist/main.mjs`, and each of its further entries into a file beside it; workspace libraries come from their sources. */
export async function bundleApp({ folder, manifest }: Package): Promise<Bundle> {
  const root = join(repositoryRoot, folder);
  const outdir = join(root, 'dist');
  const entries = { main: 'src/main.ts', ...manifest.trellis?.entries };
  for (const name of Object.keys(entries)) await rm(join(outdir, `${name}.mjs`), { force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([out, input]) => ({ in: input, out })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.19',
    conditions: ['@trellis-mcp/source'],
    external: keptOutside,
    banner: { js: banner },
    legalComments: 'linked',
    metafile: true,
    plugins: [englishOnly, lazyBuiltins],
    logLevel: 'warning',
  });
  refuseEager(metafile);
  const outputs = Object.entries(metafile.outputs).filter(([file]) => file.endsWith('.mjs'));
  const imports = outputs.flatMap(([, output]) => output.imports).filter(({ external, path }) => external && !isBuiltin(path));
  return {
    externals: [...new Set(imports.map(({ path }) => packageName(path)))].sort(),
    included: findPackages(metafile),
    sizes: Object.fromEntries(outputs.map(([file, { bytes }]) => [file.replace(/^.*\//, ''), bytes])),
  };
}

/** A static import of what stays outside runs when the server starts, also from a module that is imported lazily itself. */
function refuseEager({ outputs }: Metafile): void {
  const [, main] = Object.entries(outputs).find(([file]) => file.endsWith('/main.mjs')) ?? [];
  const eager = main?.imports.find(({ external, kind, path }) => external && kind === 'import-statement' && !isBuiltin(path));
  if (eager !== undefined) throw new Error(`The bundle loads ${eager.path} at its start: import it by import().`);
}

function isBuiltin(path: string): boolean {
  return path.startsWith('node:') || builtinModules.includes(path);
}

function packageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

function findPackages({ inputs }: Metafile): string[] {
  const names = Object.keys(inputs).map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}
