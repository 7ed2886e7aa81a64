import { measureTurns, openRawPg, openSequentialLookups } from './database-load.ts';
import { openDatabaseSetting } from './database-servers.ts';
import { compareTo } from './measure.ts';
import type { BenchResult } from './report.ts';

const besideRaw = 'One row by key over stdio, beside raw pg';
const rawName = 'raw pg';

/** One row by its key over stdio, one call after the other, against `pg` itself in a READ ONLY transaction and against other servers. Needs `npm run build`. */
export async function run(rounds: number): Promise<readonly BenchResult[]> {
  await using setting = await openDatabaseSetting();
  const { peers, url } = setting;
  const ours = [setting.trellisByText, setting.trellis];
  const others = 'missing' in peers ? [] : [peers.readOnlyDbhub, peers.dbhub, peers.toolbox];
  const servers = [...others, ...ours].map((server) => () => openSequentialLookups(server));
  const measured = await measureTurns([() => openRawPg(rawName, url, 'key'), ...servers], rounds);
  const compare = (title: string, names: readonly string[], bound: number): BenchResult =>
    'missing' in peers && title !== besideRaw
      ? { title, missing: peers.missing }
      : { title, unit: 'p50, µs', measured: compareTo(measured, [...names, ...ours.map(({ name }) => name)]), bound };
  return [
    compare(besideRaw, [rawName], 3),
    compare('One row by key over stdio, beside DBHub', ['DBHub, read-only', 'DBHub, defaults'], 1),
    compare('One row by key over stdio, beside MCP Toolbox', ['MCP Toolbox'], 1.3),
  ];
}
