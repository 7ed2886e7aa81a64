import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { settings } from '../src/config.ts';
import { startPostgresShop } from './start-postgres-shop.ts';
import { writeConfigFile } from './write-config-file.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => JSON.parse(text) as Record<string, unknown>);

it('shows configuration files that are valid', () => {
  expect(blocks.map((block) => Object.keys(block).sort())).toEqual([['databaseUrl', 'savedQueries'], ['sources']]);
  expect(blocks.map((block) => settings.safeParse(block).error)).toEqual([undefined, undefined]);
});

it('shows a saved query that works', async () => {
  await using shop = await startPostgresShop();
  await using file = await writeConfigFile({ ...blocks[0], databaseUrl: shop.url });
  await using server = await startInProcess(app, { args: [...file.args, '--tools', 'top_customers'] });
  const { data } = await (await server.connect()).callTool('top_customers', { since: '2026-01-01', status: 'paid' });
  expect(data).toMatchObject({ rowCount: 20, truncatedBy: 'rows', ordered: true });
});
