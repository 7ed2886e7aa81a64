import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { textFormats } from '../sources/text-formats.ts';
import type { WorkerStart } from './protocol.ts';

/**
 * Settings of every session: text formats that results rely on, and what one statement may take of a machine that it shares.
 * As start parameters they are also what DISCARD ALL goes back to.
 */
const sessionSettings = {
  ...textFormats,
  TimeZone: 'UTC',
  shared_buffers: '16MB',
  temp_file_limit: '256MB',
  max_stack_depth: '1MB',
};

/** Opens the database of a worker: an existing directory, or the sample in memory. */
export async function openDatabase(start: WorkerStart, engine: WebAssembly.Module): Promise<PGlite> {
  const { dataDir, sample } = start;
  const place = dataDir === undefined ? { loadDataDir: new Blob([await readFile(new URL(sample))]) } : { dataDir };
  return PGlite.create({
    ...place,
    pgliteWasmModule: engine,
    startParams: [...PGlite.defaultStartParams, ...Object.entries(sessionSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
  });
}

/** Compiles the engine, to be handed on to later workers. */
export async function compileEngine(): Promise<WebAssembly.Module> {
  const file = new URL(import.meta.resolve('@electric-sql/pglite/pglite.wasm'));
  return WebAssembly.compile(await readFile(file));
}
