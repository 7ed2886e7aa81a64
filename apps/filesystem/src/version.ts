import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url)('../package.json') as { version: string };

/** Version of this package. This file lies as deep below the package's root as the bundle does. */
export const { version } = manifest;
