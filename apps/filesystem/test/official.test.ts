import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { officialCalls } from './official-calls.ts';
import { askOfficial, askTrellis, type OfficialAnswer } from './run-official-calls.ts';

const file = new URL('official-answers.json', import.meta.url);
/** At full size the official server itself is asked; npm fetches it. */
const isSoak = process.env['SOAK'] === '1';

/** What the official server answered when it was recorded. */
async function readRecorded(): Promise<readonly OfficialAnswer[]> {
  return JSON.parse(await readFile(file, 'utf8')) as readonly OfficialAnswer[];
}

async function askOrRead(): Promise<readonly OfficialAnswer[]> {
  if (!isSoak) return readRecorded();
  const answers = await askOfficial();
  if (process.env['UPDATE_SNAPSHOTS'] === '1') await writeFile(file, `${JSON.stringify(answers, undefined, 2)}\n`);
  expect(answers).toEqual(await readRecorded());
  return answers;
}

it('answers ordinary calls as the official server does', async () => {
  const [theirs, ours] = [await askOrRead(), await askTrellis()];
  expect(theirs.map(({ tool, args }) => ({ tool, args }))).toEqual(officialCalls.map(({ tool, args }) => ({ tool, args })));
  const rows = officialCalls.map(({ differs }, index) => ({ differs, theirs: theirs[index], ours: ours[index] }));
  const same = rows.filter(({ differs }) => differs === undefined);
  expect(same.map((row) => row.ours)).toEqual(same.map((row) => row.theirs));
  // A row that no longer differs says something wrong.
  const others = rows.filter(({ differs }) => differs !== undefined);
  expect(others.filter((row) => JSON.stringify(row.ours) === JSON.stringify(row.theirs))).toEqual([]);
}, 120_000);
