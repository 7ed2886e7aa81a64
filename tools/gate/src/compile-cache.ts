import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Node keeps what it compiled: checks start many programs, and each file of them is compiled once. */
export const compileCache = join(tmpdir(), 'node-compile-cache');
