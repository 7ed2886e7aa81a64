import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SharedInstance } from '@trellis-mcp/test-services';
import type { z } from 'zod';
import { settings } from '../src/config.ts';
import { examine } from '../src/doctor.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

let shop: SharedInstance;
beforeAll(async () => {
  shop = await startPostgresShop();
});
afterAll(() => shop.stop());

const dead = 'postgres://reader:hunter2@127.0.0.1:1/shop';

async function examineWith(given: z.input<typeof settings>): ReturnType<typeof examine> {
  return examine(settings.parse(given));
}

it('names version and role of a PostgreSQL', async () => {
  expect(await examineWith({ databaseUrl: shop.url })).toEqual(
    expect.arrayContaining([
      { name: 'database', level: 'ok', text: expect.stringMatching(/^PostgreSQL 1\d[.\d]* .*answers$/) },
      { name: 'role', level: 'warning', text: expect.stringContaining('superuser') },
    ]),
  );
});

it('makes a dangerous role a problem with --strict-role', async () => {
  const findings = await examineWith({ databaseUrl: shop.url, strictRole: true });
  expect(findings).toContainEqual({ name: 'role', level: 'problem', text: expect.stringContaining('--strict-role'), exit: 78 });
});

it('looks at every source, and at saved queries once all of them answer', async () => {
  const sources = { live: { databaseUrl: shop.url }, shop: {}, dead: { databaseUrl: dead } };
  const savedQueries = [{ name: 'one', description: 'One.', sql: 'select nope', source: 'live' }];
  const findings = await examineWith({ sources, savedQueries });
  const lines = findings.map(({ name, level }) => `${level} ${name}`);
  expect(lines).toEqual(expect.arrayContaining(['ok database live', 'ok database shop', 'ok read-only shop', 'problem database dead']));
  expect(lines.join()).not.toContain('saved queries');
  expect(JSON.stringify(findings)).not.toContain('hunter2');
  const others = await examineWith({ sources: { live: sources.live }, savedQueries });
  expect(others).toContainEqual({ name: 'saved queries', level: 'problem', text: expect.stringContaining('"nope"'), exit: 78 });
});
