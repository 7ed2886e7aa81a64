import { expect, it } from '@jest/globals';
import { loadConfig, redactConfig } from '@trellis-mcp/config';
import { settings, type Config } from './config.ts';

interface World {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: unknown;
}

const url = 'postgres://reader:hunter2@db.example:5432/shop';

async function load({ argv = [], env = {}, file }: World) {
  return loadConfig(settings, {
    argv: file === undefined ? argv : [...argv, '--config', 'trellis.json'],
    env,
    program: 'trellis-database',
    version: '1.0.0',
    description: '',
    readFile: () => Promise.resolve(JSON.stringify(file)),
  });
}

async function loadValid(world: World): Promise<Config> {
  const loaded = await load(world);
  if (loaded.kind === 'exit') {
    throw new Error(loaded.stderr);
  }
  return loaded.config;
}

it('takes the URL from a flag, from two variables, and in both schemes', async () => {
  expect(await loadValid({ argv: ['--database-url', url] })).toMatchObject({ databaseUrl: url });
  expect(await loadValid({ env: { DATABASE_URL: url } })).toMatchObject({ databaseUrl: url });
  const longer = url.replace('postgres:', 'postgresql:');
  expect(await loadValid({ env: { DATABASE_URL: url, TRELLIS_DATABASE_URL: longer } })).toMatchObject({ databaseUrl: longer });
});

it('reads durations, sizes and lists as people write them', async () => {
  const argv = ['--statement-timeout-ms', '15s', '--max-bytes', '64KiB', '--allow-tables', 'orders,sales.*', '--allow-functions', 'st_*'];
  const read = { statementTimeoutMs: 15_000, maxBytes: 65_536, allowTables: ['orders', 'sales.*'], allowFunctions: ['st_*'] };
  expect(await loadValid({ argv })).toMatchObject(read);
});

it('hides the secrets of sources', async () => {
  const config = await loadValid({ file: { sources: { a: { databaseUrl: url, allowTables: ['x'] }, b: { dataDir: '/data' } } } });
  expect(redactConfig(settings, config)['sources']).toEqual({
    a: { databaseUrl: '[redacted]', allowTables: ['x'] },
    b: { dataDir: '/data' },
  });
});

const one = { name: 'one', description: 'One.', sql: 'select 1' };
const withParam = (param: object) => ({ file: { savedQueries: [{ ...one, params: [{ name: 'a', type: 'integer', ...param }] }] } });

const wrong: readonly (readonly [what: string, world: World, message: string])[] = [
  ['another database', { env: { DATABASE_URL: 'mysql://u:hunter2@h/d' } }, 'DATABASE_URL must be a URL such as postgres://'],
  ['a password that is not encoded', { env: { DATABASE_URL: 'postgres://u:hunter2#@h:5432/d' } }, 'percent-encoded: @ is %40'],
  [
    'a URL and a directory',
    { argv: ['--database-url', url, '--data-dir', 'x'] },
    'has --database-url (DATABASE_URL) and --data-dir together',
  ],
  ['a URL and sources', { env: { DATABASE_URL: url }, file: { sources: { a: {} } } }, 'and sources in the file together; keep one of them'],
  ['no source', { file: { sources: {} } }, 'sources in the file must name 1 to 16 databases'],
  ['a source of no name', { file: { sources: { 'My DB': {} } } }, 'must be a name of lower-case letters'],
  [
    'a source in two places',
    { file: { sources: { a: { databaseUrl: url, dataDir: 'x' } } } },
    'sources.a in the file must have only one of',
  ],
  ['a misspelt key', { file: { sources: { a: { databaseURL: url } } } }, 'sources.a in the file has unknown keys: databaseURL'],
  ['a time below all sense', { argv: ['--statement-timeout-ms', '5ms'] }, '--statement-timeout-ms must be'],
  ['two saved queries of one name', { file: { savedQueries: [one, one] } }, 'must not name one twice'],
  ['a saved query in camel case', { file: { savedQueries: [{ ...one, name: 'topCustomers' }] } }, 'a name in snake_case'],
  ['a parameter of no type', withParam({ type: 'int' }), 'must be one of text, integer, number'],
  ['a parameter with a name of ours', withParam({ name: 'cursor' }), 'must not be named cursor'],
  ['a parameter with the name of a member that every object has', withParam({ name: 'constructor' }), 'must not be named constructor'],
  ['a list of tables that names none', { argv: ['--allow-tables='] }, '--allow-tables must name a table'],
  [
    'a source with such a list',
    { file: { allowTables: ['orders'], sources: { a: { allowTables: [] } } } },
    'sources.a.allowTables in the file must name a table',
  ],
  ['a default of another type', withParam({ default: '5' }), 'must have values and a default of its type, integer'],
  ['a default that is not on the list', withParam({ values: [1, 2], default: 3 }), 'must have a default among its values'],
  ['a parameter that is optional and has a default', withParam({ optional: true, default: 1 }), 'optional or have a default'],
];

it.each(wrong)('refuses %s', async (_what, world, message) => {
  const loaded = await load(world);
  expect(loaded).toMatchObject({ kind: 'exit', code: 78, stderr: expect.stringContaining(message) });
  expect(JSON.stringify(loaded)).not.toContain('hunter2');
});
