import { rawPg, sequentialLookups } from './database-load.ts';
import { openDatabaseSetting } from './database-servers.ts';
import { compareTo, measureInterleaved } from './measure.ts';
import type { BenchResult } from './report.ts';

const counts = { warmUp: 10_000, counted: 1_000 };
const unit = 'p50, µs';

/** One row by its key over stdio, one call after the other, against `pg` itself in a READ ONLY transaction and against other servers. Needs `npm run build`. */
export async function run(rounds: number): Promise<readonly BenchResult[]> {
  await using setting = await openDatabaseSetting();
  const raw = rawPg('raw pg', setting.url, ['key', String(counts.warmUp), String(counts.counted)]);
  const ours = [setting.trellisByText, setting.trellis].map((server) => sequentialLookups(server, counts));
  const { peers } = setting;
  const others = 'missing' in peers ? [] : [peers.readOnlyDbhub, peers.dbhub, peers.toolbox].map((peer) => sequentialLookups(peer, counts));
  const measured = await measureInterleaved([raw, ...others, ...ours], rounds, 0);
  const compare = (title: string, names: readonly string[], bound: number): BenchResult =>
    'missing' in peers && title !== besideRaw
      ? { title, missing: peers.missing }
      : { title, unit, measured: compareTo(measured, [...names, ...ours.map(({ name }) => name)]), bound };
  return [
    compare(besideRaw, [raw.name], 3),
    compare('One row by key over stdio, beside DBHub', ['DBHub, read-only', 'DBHub, defaults'], 1),
    compare('One row by key over stdio, beside MCP Toolbox', ['MCP Toolbox'], 1.3),
  ];
}

const besideRaw = 'One row by key over stdio, beside raw pg';
