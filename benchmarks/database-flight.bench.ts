import { measureTurns, openParallelLookups } from './database-load.ts';
import { openDatabaseSetting } from './database-servers.ts';
import type { BenchResult } from './report.ts';

const title = 'One row by key over stdio, 16 in flight, beside DBHub';

/** Calls per second of lookups by key with 16 in flight over stdio, as time per call: half the time is twice the calls. Needs `npm run build`. */
export async function run(rounds: number): Promise<readonly BenchResult[]> {
  await using setting = await openDatabaseSetting();
  const { peers } = setting;
  if ('missing' in peers) return [{ title, missing: peers.missing }];
  const servers = [peers.readOnlyDbhub, peers.dbhub, peers.toolbox, ...setting.floors, setting.trellisByText, setting.trellis];
  const measured = await measureTurns(
    servers.map((server) => () => openParallelLookups(server)),
    rounds,
  );
  return [{ title, unit: 'µs per call', measured, bound: 0.5 }];
}
