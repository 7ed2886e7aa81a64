import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { recordMeasurement } from './record-measurement.ts';

it('appends one line for each measurement, and nothing without a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-measure-'));
  const file = join(folder, 'lines.jsonl');
  const measurement = { suite: 'stores', name: 'add', value: 1.5, unit: 'ms', bound: '<= 2' };
  await recordMeasurement(measurement, file);
  process.env['SOAK_MEASUREMENTS'] = file;
  await recordMeasurement({ ...measurement, value: 2 });
  delete process.env['SOAK_MEASUREMENTS'];
  await recordMeasurement(measurement);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([measurement, { ...measurement, value: 2 }]);
  await rm(folder, { recursive: true });
});
