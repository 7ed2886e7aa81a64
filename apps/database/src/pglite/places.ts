const isBundled = import.meta.url.endsWith('.cjs');

/** Entry of the worker: beside this file in the sources, one file of its own in the bundle. */
export const workerUrl = new URL(isBundled ? './pglite-worker.mjs' : './worker.ts', import.meta.url);

/** The sample database, a gzipped tarball of a data directory; shipped in `data/`. */
export const sampleUrl = new URL(isBundled ? '../data/shop.tar.gz' : '../../data/shop.tar.gz', import.meta.url);
