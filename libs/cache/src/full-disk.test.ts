import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { recordMeasurement, spawnProbe } from '@trellis-mcp/test-services';
import type { FullDiskReport } from '../test/full-disk.ts';
import { onSmallDisk } from '../test/small-disk.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trellis-disk-'));
});
// Nothing may be left where the disk was: only its own process saw it.
afterAll(() => rmdir(directory));

it('answers every call while the disk is full, keeps what it loads in memory, and uses the disk again when there is room', async () => {
  const program = [process.execPath, '--conditions=@trellis-mcp/source', `${import.meta.dirname}/../test/full-disk.ts`, directory];
  const [file, ...args] = await onSmallDisk(directory, 2 * 1024 * 1024);
  await using probe = await spawnProbe(file, [...args, ...program]);
  const { code } = await probe.exit;
  expect([code, probe.stderr]).toEqual([0, expect.not.stringContaining('Error')]);
  const { hitBefore, hitWhileFull, msUntilUsedAgain, ...seen } = JSON.parse(probe.stdout) as FullDiskReport;
  expect(seen).toEqual({
    filledUntil: 'ENOSPC',
    calls: 122,
    failed: [],
    // The second round is a hit in memory.
    loads: 60,
    reports: expect.arrayContaining(['sqlite invalidate LIMIT', 'sqlite mark LIMIT', 'sqlite write LIMIT']),
    statesWhileFull: ['closed', 'open'],
    readWhileFull: 'old',
    openedWhileFull: expect.stringMatching(/^(LIMIT|UPSTREAM)$/),
    kept: [null, null, 'new'],
    spoiltStates: ['open', 'closed'],
    spoiltReasons: [expect.stringMatching(/^SQLITE_(11|26)$/)],
    integrity: [{ integrity_check: 'ok' }],
  });
  expect(msUntilUsedAgain).toBeLessThan(20_000);
  // What is read and written behind them becomes cheaper; a hit must not become dearer.
  expect(hitWhileFull).toBeLessThan(hitBefore * 5);
  const all = { suite: 'cache', bound: '<= 2' };
  await recordMeasurement({
    ...all,
    name: 'median memory hit while the disk is full, to before',
    value: hitWhileFull / hitBefore,
    unit: 'x',
  });
});
