import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { AppError } from '@trellis-mcp/errors';
import { freePort, startRedis } from '@trellis-mcp/test-services';
import { z } from 'zod';
import { commonSettings, type CommonConfig } from '../common-settings.ts';
import type { DoctorFinding } from '../define-server.ts';
import { runDoctor, type DoctorOptions } from './doctor.ts';

const settings = z.object(commonSettings({ port: 0 }));

type Check = (config: CommonConfig) => Promise<readonly DoctorFinding[]>;

function examine(config: Partial<CommonConfig>, options: Partial<DoctorOptions<CommonConfig>> & { doctor?: Check } = {}) {
  const { doctor, ...rest } = options;
  const app = { name: 'trellis-test', version: '1.2.3', ...(doctor !== undefined && { doctor }) };
  return runDoctor(app, { config: settings.parse(config), env: {}, argv: [], warnings: [], isJson: false, ...rest });
}

it('finds nothing wrong with the defaults', async () => {
  const { code, text } = await examine({});
  expect(code).toBe(0);
  expect(text).toMatch(/^ok +node +\d+\.\d+\.\d+\nok +environment .*\nNo problems found\.\n$/);
});

it('refuses an old Node with 78', async () => {
  const { code, text } = await examine({}, { nodeVersion: '20.11.1' });
  expect(code).toBe(78);
  expect(text).toMatch(/problem +node +20\.11\.1 is too old: install Node 22\.19 or newer/);
});

it('names variables and flags that the client did not expand, with 78', async () => {
  const { code, text } = await examine(
    {},
    { env: { TRELLIS_PRINCIPAL: 'x-${USER}', PS1: '${debian_chroot}' }, argv: ['node', 'main', '--principal', '${ME}'] },
  );
  expect(code).toBe(78);
  expect(text).toMatch(/TRELLIS_PRINCIPAL holds a literal/);
  expect(text).toMatch(/--principal holds a literal/);
  expect(text).not.toMatch(/PS1/);
});

it('finds a port in use with 69', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  const port = await new Promise<number>((resolve) => {
    server.on('listening', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const { code, text } = await examine({ transport: 'http', port });
  server.close();
  expect(code).toBe(69);
  expect(text).toMatch(new RegExp(`problem +port +Port ${port} is in use\\. Choose another one with --port`));
});

it('finds Redis there, and warns of a missing shared key', async () => {
  const redis = await startRedis();
  const found = await examine({ redisUrl: redis.url });
  await redis.stop();
  expect(found.code).toBe(0);
  expect(found.text).toMatch(/ok +redis +answers\nwarning +state keys/);
});

it('finds Redis not there with 69, without its password', async () => {
  const port = await freePort();
  const { code, text } = await examine({ redisUrl: `redis://user:hunter2@127.0.0.1:${port}` });
  expect(code).toBe(69);
  expect(text).toMatch(/problem +redis/);
  expect(text).not.toMatch(/hunter2/);
});

it('finds files that cannot be written', async () => {
  const { code, text } = await examine({ cachePath: '/etc/passwd/cache.db', logFile: '/etc/passwd/log' });
  expect(code).toBe(78);
  expect(text).toMatch(/problem +cache file/);
  expect(text).toMatch(/problem +log file/);
});

it('warns of a cache file that the next start will set aside, and leaves it where it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-doctor-'));
  const cachePath = join(folder, 'cache.db');
  await writeFile(cachePath, 'this is no database'.repeat(100));
  const { code, text } = await examine({ cachePath });
  expect(code).toBe(0);
  expect(text).toMatch(/warning +cache file +It is no readable database/);
  expect(await readdir(folder)).toEqual(['cache.db']);
  await rm(folder, { recursive: true });
});

it('asks the app, also one that throws', async () => {
  const found = await examine({}, { doctor: () => Promise.resolve([{ name: 'database', level: 'problem', text: 'is away' }]) });
  expect(found.code).toBe(69);
  expect(found.text).toMatch(/problem +database +is away/);
  const thrown = await examine({}, { doctor: () => Promise.reject(new AppError('INVALID_INPUT', 'No such file.', { hint: 'See --x.' })) });
  expect(thrown.code).toBe(78);
  expect(thrown.text).toMatch(/problem +server +No such file\. See --x\./);
});

it('prints JSON', async () => {
  const { text } = await examine({}, { isJson: true, warnings: ['TRELLIS_PROT means nothing.'] });
  expect(JSON.parse(text)).toMatchObject({
    name: 'trellis-test',
    version: '1.2.3',
    findings: [
      { name: 'node', level: 'ok' },
      { name: 'environment', level: 'warning', text: 'TRELLIS_PROT means nothing.' },
    ],
  });
});
