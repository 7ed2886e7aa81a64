import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { examine } from '../src/doctor.ts';
import { sampleUrl } from '../src/pglite/places.ts';

let root: string;
let directory: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trellis-data-'));
  directory = join(root, 'db');
  await mkdir(directory, { mode: 0o700 });
  await promisify(execFile)('tar', ['xzf', fileURLToPath(sampleUrl), '-C', directory]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const count = { sql: 'select count(*) from customers' };

it('serves an existing directory, and again after a statement was stopped', async () => {
  await using server = await startInProcess(app, { args: ['--data-dir', directory, '--statement-timeout-ms', '3s'] });
  const client = await server.connect();
  const runaway = { sql: 'select count(*) from generate_series(1, 1000000000)' };
  await expect(client.callTool('query', runaway)).rejects.toMatchObject({ code: 'TIMEOUT' });
  const { data } = await client.callTool('query', count);
  expect(data).toMatchObject({ rows: [['500']] });
  await expect(startInProcess(app, { args: ['--data-dir', directory] })).rejects.toMatchObject({ code: 'CONFLICT' });
});

it('lets the next server have it', async () => {
  await using server = await startInProcess(app, { args: ['--data-dir', directory] });
  expect((await (await server.connect()).callTool('query', count)).data).toMatchObject({ rows: [['500']] });
});

it('is examined by the doctor', async () => {
  expect(await examine({ ...(await defaults()), dataDir: directory })).toMatchObject([
    { name: 'database', level: 'ok', text: expect.stringContaining('embedded PostgreSQL 18') },
    { name: 'read-only', level: 'ok' },
  ]);
  expect(await examine({ ...(await defaults()), dataDir: root })).toMatchObject([{ name: 'database', level: 'problem' }]);
});

async function defaults() {
  return app.settings.parse({});
}
