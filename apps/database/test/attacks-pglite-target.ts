import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { createEngine } from '../src/pglite/engine.ts';
import { createPgliteSource, type PgliteSourceOptions } from '../src/pglite/create-pglite-source.ts';
import { sampleUrl } from '../src/pglite/places.ts';
import { objectsSql } from './attacks-objects.ts';
import type { Target } from './attacks-target.ts';

/** Opens an embedded database in a directory, with the shop and what attackers left in it. */
export async function openAttackedPglite(): Promise<Target> {
  return openPgliteWith(objectsSql);
}

/** Opens an embedded database in a directory, with the shop and more objects. */
export async function openPgliteWith(sql: string, policy: Pick<PgliteSourceOptions, 'allowFunctions'> = {}): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), 'trellis-attacks-'));
  const dataDir = join(directory, 'data');
  const owner = await PGlite.create({ dataDir, loadDataDir: new Blob([await readFile(sampleUrl)]) });
  await owner.exec(sql);
  await owner.close();
  const engine = createEngine({ sample: sampleUrl.href, dataDir });
  const source = createPgliteSource({ name: 'shop', engine, ...policy });
  return {
    name: 'pglite',
    source,
    async look(query) {
      const end = await engine.run({ kind: 'query', sql: query, params: [] }, { signal: new AbortController().signal, timeoutMs: 20_000 });
      if (end.kind === 'done' && 'rows' in end.answer) {
        return end.answer.rows as Record<string, unknown>[];
      }
      throw new Error(JSON.stringify(end));
    },
    outside: () => Promise.resolve({}),
    makeDirectory: () => Promise.resolve(directory),
    async close() {
      await source.close();
      await rm(directory, { recursive: true });
    },
  };
}
