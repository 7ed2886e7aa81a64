import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { connect } from '@trellis-mcp/client';
import { entryCommand } from '@trellis-mcp/testing';
import { writeConfigFile } from './write-config-file.ts';

const hook = fileURLToPath(new URL('record-loads.ts', import.meta.url));
const heavy = ['kysely', 'pg', 'pg-pool', 'libpg-query', '@electric-sql/pglite', 'undici'];

it.each([
  ['the sample', []],
  ['PostgreSQL', ['--database-url', 'postgres://reader@127.0.0.1:1/shop']],
])('lists tools of %s without a driver, an engine or a parser', async (_what, args) => {
  await using loads = await writeConfigFile({});
  const { command, args: entry } = entryCommand(new URL('../src/main.ts', import.meta.url), args);
  await using client = await connect({ stdio: { command, args: ['--import', hook, ...entry], env: { LOADS_FILE: loads.path } } });
  expect(await client.listTools()).not.toEqual([]);
  const packages = (await readFile(loads.path, 'utf8')).matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g);
  const loaded = new Set([...packages].map(([, name = '']) => name));
  expect(loaded).toContain('zod');
  expect(heavy.filter((name) => loaded.has(name))).toEqual([]);
});
