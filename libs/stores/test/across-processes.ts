import { beforeAll, expect, it } from '@jest/globals';
import { recordMeasurement, spawnProbe, type Probe } from '@trellis-mcp/test-services';
import type { HammerResult, HammerTask } from './hammer.ts';
import { openStore, type Place } from './open-store.ts';

const isSoak = process.env['SOAK'] === '1';
const processes = 8;
const roundMs = isSoak ? 900_000 : 60_000;
const updates = isSoak ? 10_000 : 60;
const keys = isSoak ? 1_000 : 20;

/** What holds across processes, in places that they share; call it inside a `describe`. The same processes serve every place. */
export function testAcrossProcesses(places: () => readonly Place[], kinds: readonly Place['kind'][]): void {
  let shared: readonly Place[];
  let results: readonly HammerResult[];
  beforeAll(
    async () => {
      shared = places().map((place) => ({ ...place, space: `${place.space}_race` }));
      results = await hammer({ places: shared, updates, keys });
    },
    isSoak ? 2_700_000 : 120_000,
  );
  it.each(kinds)(`%s loses no update and lets exactly one add win across ${String(processes)} processes`, async (kind) => {
    const place = shared.find((each) => each.kind === kind);
    if (place === undefined) throw new Error(`No place of the kind ${kind}.`);
    const own = results.filter((result) => result.kind === kind);
    await using opened = await openStore(place);
    expect(await opened.store.get('counter')).toBe(String(processes * updates));
    const won = own.flatMap((result) => result.won).sort((a, b) => a - b);
    expect(won).toEqual(Array.from({ length: keys }, (_, key) => key));
    await record(kind, own);
  });
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

/** Starts every process; for each place waits until all have opened it, and lets them go at once. */
async function hammer(task: HammerTask): Promise<HammerResult[]> {
  const args = ['--conditions=@trellis-mcp/source', `${import.meta.dirname}/hammer.ts`, JSON.stringify(task)];
  const probes = await Promise.all(Array.from({ length: processes }, () => spawnProbe(process.execPath, args)));
  try {
    for (const { kind } of task.places) {
      await Promise.all(probes.map((probe) => waitUntilOpen(probe, kind)));
      for (const probe of probes) probe.stdin.write('go\n');
    }
    return (await Promise.all(probes.map((probe) => resultsOf(probe)))).flat();
  } finally {
    await Promise.all(probes.map((probe) => probe.stop()));
  }
}

async function waitUntilOpen(probe: Probe, kind: Place['kind']): Promise<void> {
  try {
    await probe.waitForStdout(`open ${kind}`, roundMs);
  } catch (cause) {
    throw new Error(`A process failed: ${probe.stderr}`, { cause });
  }
}

async function resultsOf(probe: Probe): Promise<HammerResult[]> {
  const { code } = await probe.exit;
  if (code !== 0) throw new Error(`A process failed: ${probe.stderr}`);
  return probe.stdoutLines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as HammerResult);
}
