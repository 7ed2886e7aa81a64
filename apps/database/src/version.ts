import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const manifest = z.object({ version: z.string() });

/** Version of this package. This file lies as deep below the package's root as the bundle does. */
export const version = manifest.parse(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))).version;
