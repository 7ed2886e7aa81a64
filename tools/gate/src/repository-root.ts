import { join } from 'node:path';

/** The absolute path of this checkout. */
export const repositoryRoot = join(import.meta.dirname, '../../..');
