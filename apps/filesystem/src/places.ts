const isBundled = import.meta.url.endsWith('.cjs');

/** Entry of the reader's thread: a file of its own in the bundle, too. */
export const readerUrl = new URL(isBundled ? './reader.mjs' : './reader/reader-worker.ts', import.meta.url);

/** The project that is served when no root is given. This file lies as deep below the package's root as the bundle does. */
export const sampleFolder = new URL('../data/sample/', import.meta.url);
