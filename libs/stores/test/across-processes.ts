import { expect, it } from '@jest/globals';
import { recordMeasurement, spawnProbe, type Probe } from '@trellis-mcp/test-services';
import type { HammerResult, HammerTask } from './hammer.ts';
import { openStore, type Place } from './open-store.ts';

const isSoak = process.env['SOAK'] === '1';
const processes = 8;
const updates = isSoak ? 10_000 : 150;
const keys = isSoak ? 1_000 : 40;

/** What holds across processes; call it inside a `describe` for places that processes share. */
export function testAcrossProcesses(place: () => Place): void {
  it(
    `loses no update and lets exactly one add win across ${String(processes)} processes`,
    async () => {
      const shared = { ...place(), space: `${place().space}_race` };
      const results = await hammer({ place: shared, updates, keys });
      await using opened = await openStore(shared);
      expect(await opened.store.get('counter')).toBe(String(processes * updates));
      const won = results.flatMap((result) => result.won).sort((a, b) => a - b);
      expect(won).toEqual(Array.from({ length: keys }, (_, key) => key));
      await record(shared.kind, results);
    },
    isSoak ? 900_000 : 120_000,
  );
}

/** Each time is that of the slowest process; both are recorded only after the totals were found exact. */
async function record(kind: Place['kind'], results: readonly HammerResult[]): Promise<void> {
  const slowest = (pick: (result: HammerResult) => number): number => Math.max(...results.map(pick)) / 1_000;
  const all = { suite: 'stores', unit: 's' };
  const of = `${kind}, ${String(processes)} processes`;
  const updated = slowest(({ updatesMs }) => updatesMs);
  await recordMeasurement({ ...all, name: `${of}: ${String(updates)} updates each of one key`, value: updated, bound: 'none is lost' });
  const added = slowest(({ addsMs }) => addsMs);
  await recordMeasurement({ ...all, name: `${of}: add each of ${String(keys)} keys`, value: added, bound: 'one wins each' });
}

/** Starts every process, waits until all have opened the store, and lets them go at once. */
async function hammer(task: HammerTask): Promise<HammerResult[]> {
  const args = ['--conditions=@trellis-mcp/source', `${import.meta.dirname}/hammer.ts`, JSON.stringify(task)];
  const probes = await Promise.all(Array.from({ length: processes }, () => spawnProbe(process.execPath, args)));
  try {
    await Promise.all(probes.map((probe) => probe.waitForStdout('open', 60_000)));
    for (const probe of probes) probe.stdin.write('go\n');
    return await Promise.all(probes.map((probe) => resultOf(probe)));
  } finally {
    await Promise.all(probes.map((probe) => probe.stop()));
  }
}

async function resultOf(probe: Probe): Promise<HammerResult> {
  const { code } = await probe.exit;
  if (code !== 0) throw new Error(`A process failed: ${probe.stderr}`);
  return JSON.parse(probe.stdoutLines.at(-1) ?? '') as HammerResult;
}
