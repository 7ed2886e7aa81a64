/** Plain `pg`, no server around it: `raw-pg.ts key|page` reads a count of calls from each line, and prints their median in microseconds. */
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { lookupByParam, pickKey, writePage } from '../database-table.ts';
import { median } from '../measure.ts';

const [mode = 'key'] = process.argv.slice(2);
const client = new Client({ connectionString: process.env['BENCH_DATABASE_URL'] });
await client.connect();

let n = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const times: number[] = [];
  for (const end = n + Number(line); n < end; n += 1) {
    const began = performance.now();
    await (mode === 'page' ? readPage() : lookUp(pickKey(n)));
    times.push(performance.now() - began);
  }
  process.stdout.write(`${String(median(times) * 1_000)}\n`);
}
await client.end();

async function lookUp(key: number): Promise<void> {
  await client.query('BEGIN READ ONLY');
  const { rows } = await client.query<{ id: number }>(lookupByParam, [key]);
  await client.query('ROLLBACK');
  if (rows[0]?.id !== key) throw new Error('another row came back');
}

async function readPage(): Promise<void> {
  const { rows } = await client.query<{ id: number }>(writePage(10_000));
  if (JSON.stringify(rows).length < 100_000 || rows.length !== 10_000) throw new Error('another page came back');
}
