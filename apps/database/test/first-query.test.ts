import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { spawnServer } from '@trellis-mcp/testing';

const main = new URL('../src/main.ts', import.meta.url);
const sql = 'select count(*) from customers';

it('pays for the database with the first query: not before, and not again', async () => {
  await using client = await spawnServer(main);
  await client.listTools();
  const idle = await residentMebibytes(client.pid);
  const query = async (): Promise<number> => {
    const started = performance.now();
    expect((await client.callTool('query', { sql })).data).toMatchObject({ rows: [['500']] });
    return performance.now() - started;
  };
  const [first, second, third, fourth] = [await query(), await query(), await query(), await query()];
  const busy = await residentMebibytes(client.pid);
  // What a database weighs depends on how the machine compiles WebAssembly: some 145 to 460 MiB. Without one a query adds next to nothing.
  expect(idle).toBeLessThan(busy / 1.5);
  expect(Math.min(second, third, fourth)).toBeLessThan(first / 2);
  const all = { suite: 'database, embedded, from sources, over stdio' };
  await recordMeasurement({ ...all, name: 'first query', value: first, unit: 'ms' });
  await recordMeasurement({ ...all, name: 'second query', value: second, unit: 'ms' });
  await recordMeasurement({ ...all, name: 'resident memory before the first query', value: idle, unit: 'MiB' });
  await recordMeasurement({ ...all, name: 'resident memory after it', value: busy, unit: 'MiB' });
});

async function residentMebibytes(pid: number | undefined): Promise<number> {
  const kibibytes =
    process.platform === 'linux'
      ? /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${String(pid)}/status`, 'utf8'))?.[1]
      : (await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout;
  return Number(kibibytes) / 1_024;
}
