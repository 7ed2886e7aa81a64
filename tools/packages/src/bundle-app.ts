import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { leanPackages } from './lean-packages.ts';
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
  'undici',
  '@opentelemetry/api',
  'bufferutil',
  'utf-8-validate',
];

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

/** Both kinds of bundle; workspace libraries come from their sources. */
const common = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node22.19',
  conditions: ['@trellis-mcp/source'],
  external: keptOutside,
  legalComments: 'linked',
  metafile: true,
  plugins: [englishOnly, leanPackages],
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Bundles an app into `dist`: `main.cjs`, which `start.cjs` runs with compiled code, and each of its further entries, such as workers, into
 * an ES module beside them.
 */
export async function bundleApp({ folder, manifest }: Package): Promise<Bundle> {
  const absWorkingDir = join(repositoryRoot, folder);
  const outdir = join(absWorkingDir, 'dist');
  await mkdir(outdir, { recursive: true });
  for (const name of await listBundles(outdir)) await rm(join(outdir, name));
  const place = { absWorkingDir, outdir };
  const metafiles = [await bundleMain(place), await bundleStart(place), await bundleModules(place, manifest.trellis?.entries ?? {})];
  const outputs = metafiles.flatMap((metafile) => Object.entries(metafile.outputs)).filter(([file]) => isBundle(file));
  const imports = outputs.flatMap(([, output]) => output.imports).filter(({ external, path }) => external && !isBuiltin(path));
  return {
    externals: [...new Set(imports.map(({ path }) => packageName(path)))].sort(),
    included: [...new Set(metafiles.flatMap(findPackages))].sort(),
    sizes: Object.fromEntries(outputs.map(([file, { bytes }]) => [file.replace(/^.*\//, ''), bytes])),
  };
}

/** Where a bundle comes from and goes to. */
interface Place {
  readonly absWorkingDir: string;
  readonly outdir: string;
}

/** A function around CommonJS: V8 gives out what it compiled of a script, but not of an ES module. */
async function bundleMain(place: Place): Promise<Metafile> {
  const { metafile } = await build({
    ...common,
    ...place,
    entryPoints: { main: 'src/main.ts' },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    // Scripts may not use import() yet without a warning; require() loads ES modules, too.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'trellisUrl' },
    banner: {
      js: '(function(exports,require,module,__filename,__dirname){const trellisUrl=require("node:url").pathToFileURL(__filename).href;',
    },
    footer: { js: '})' },
    logOverride: { 'empty-import-meta': 'error' },
  });
  refuseEager(metafile);
  await escapeText(join(place.outdir, 'main.cjs'));
  return metafile;
}

/** Esbuild leaves regular expressions as they are; a single character that is not ASCII makes V8 hold and read all of the text at twice its size. */
async function escapeText(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** Bundles what runs `main.cjs`; the same for all apps. */
export async function bundleStart({ outdir }: Pick<Place, 'outdir'>): Promise<Metafile> {
  const entryPoints = { start: join(import.meta.dirname, 'start/start.ts') };
  const { metafile } = await build({ ...common, outdir, entryPoints, outExtension: { '.js': '.cjs' }, format: 'cjs' });
  return metafile;
}

async function bundleModules(place: Place, entryPoints: Readonly<Record<string, string>>): Promise<Metafile> {
  const { metafile } = await build({
    ...common,
    ...place,
    entryPoints: { ...entryPoints },
    outExtension: { '.js': '.mjs' },
    format: 'esm',
  });
  return metafile;
}

/** Names of the bundles, and of the licenses beside them, that a folder holds. */
export async function listBundles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => isBundle(name.replace(/\.LEGAL\.txt$/, '')));
}

function isBundle(file: string): boolean {
  return /\.[cm]js$/.test(file);
}

/** What esbuild itself adds, such as for `await using`; it is in the bundle, but listed as if it were not. */
const bundlersOwn = '<runtime>';

/** A package that stays outside is loaded at start when static imports lead to it. */
function refuseEager({ inputs }: Metafile): void {
  const reached = ['src/main.ts'];
  for (const file of reached) {
    for (const { path, external, kind, original } of inputs[file]?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      if (path === bundlersOwn) continue;
      if (external === true && !isBuiltin(path)) throw new Error(`${file} loads ${original ?? path} at the start: import it by import().`);
      if (!reached.includes(path)) reached.push(path);
    }
  }
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

function findPackages({ outputs }: Metafile): string[] {
  const held = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  const names = held.map(([file]) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}
