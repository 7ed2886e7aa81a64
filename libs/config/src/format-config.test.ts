import { expect, it } from '@jest/globals';
import { byteSize, durationMs } from '@trellis-mcp/validation';
import fc from 'fast-check';
import { z } from 'zod';
import { formatFlags, formatVariables } from './format-config.ts';
import { loadConfig } from './load-config.ts';
import { setting } from './setting.ts';

const schema = z.object({
  name: z.string().optional(),
  count: z.number().optional(),
  port: z.int().default(1),
  enabled: z.boolean().default(true),
  mode: z.enum(['a', 'b-c']).default('a'),
  tools: z.array(z.string()).default(['x']),
  roots: setting(z.array(z.string()).optional(), { repeatOnly: true }),
  weights: z.array(z.number()).optional(),
  flags: z.array(z.boolean()).optional(),
  waitMs: durationMs().default(5),
  maxBytes: byteSize().optional(),
  apiKey: setting(z.string().optional(), { secret: true, env: ['API_KEY'] }),
});

type Values = z.input<typeof schema>;

/** Any text that a process can be given, but for a lone reference, which is refused on purpose. */
const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((value) => value.isWellFormed() && !/^\$\{.*\}$/s.test(value));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const value = fc.record(
  {
    name: text,
    count: number,
    port: fc.maxSafeInteger().map((port) => port + 0),
    enabled: fc.boolean(),
    mode: fc.constantFrom('a', 'b-c'),
    tools: fc.array(fc.oneof(text, fc.constantFrom('a,b', '[1]', '["x"]', ' pad ', '', 'C:\\', '-x', '--tools', 'null', '5', 'a\nb')), {
      maxLength: 4,
    }),
    roots: fc.array(text, { maxLength: 4 }).filter((roots) => !(roots.length === 1 && roots[0] === '')),
    weights: fc.array(number, { maxLength: 3 }),
    flags: fc.array(fc.boolean(), { maxLength: 3 }),
    waitMs: fc.nat(2_147_483_647),
    maxBytes: fc.nat(),
    apiKey: text,
  },
  { requiredKeys: [] },
) satisfies fc.Arbitrary<Values>;

interface Sources {
  argv?: readonly string[];
  env?: Readonly<Record<string, string>>;
  file?: unknown;
}

async function load({ argv = [], env = {}, file }: Sources): Promise<unknown> {
  const readFile = (): Promise<string> => Promise.resolve(JSON.stringify(file));
  const result = await loadConfig(schema, {
    argv: file === undefined ? argv : ['--config=x', ...argv],
    env,
    program: 'p',
    version: '0',
    description: '',
    readFile,
  });
  return result.kind === 'run' ? result.config : result.stderr;
}

/** Without the empty texts, which mean "not set" in a variable. */
function withoutEmpty(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, given]) => given !== ''));
}

const runs = { numRuns: 100 };

it('brings any configuration through flags', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (values) => {
      expect(await load({ argv: formatFlags(schema, values) })).toEqual(schema.parse(values));
    }),
    runs,
  );
});

it('brings any configuration through variables', async () => {
  await fc.assert(
    fc.asyncProperty(value.map(withoutEmpty), async (values) => {
      expect(await load({ env: formatVariables(schema, values) })).toEqual(schema.parse(values));
    }),
    runs,
  );
});

it('brings any configuration through the file', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (values) => {
      expect(await load({ file: values })).toEqual(schema.parse(values));
    }),
    runs,
  );
});

it('lets flags beat variables and variables beat the file, setting by setting', async () => {
  await fc.assert(
    fc.asyncProperty(value, value.map(withoutEmpty), value, async (flags, variables, file) => {
      const loaded = await load({ argv: formatFlags(schema, flags), env: formatVariables(schema, variables), file });
      expect(loaded).toEqual(schema.parse({ ...file, ...variables, ...flags }));
    }),
    runs,
  );
});

it('answers any arguments and variables with a result, never with an error', async () => {
  const word = fc.oneof(
    text,
    fc.constantFrom('--port', '--', '-', '--no-enabled', '--tools=', '--api-key', '-hv', '--=', '---', '--no-', '=x'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), fc.dictionary(text, text), async (argv, env) => {
      const result = await loadConfig(schema, {
        argv,
        env,
        program: 'p',
        version: '0',
        description: '',
        readFile: () => Promise.reject(new Error('no')),
      });
      expect(['run', 'exit']).toContain(result.kind);
    }),
    runs,
  );
});

it('writes what a person would write', () => {
  const values = { port: 3101, enabled: false, tools: ['a', 'b'], roots: ['/a, b'], waitMs: 5, name: '-x', weights: [1, 2] };
  expect(formatFlags(schema, values)).toEqual([
    '--name=-x',
    '--port=3101',
    '--no-enabled',
    '--tools=a',
    '--tools=b',
    '--roots=/a, b',
    '--weights=1',
    '--weights=2',
    '--wait-ms=5',
  ]);
  expect(formatVariables(schema, values)).toEqual({
    TRELLIS_NAME: '-x',
    TRELLIS_PORT: '3101',
    TRELLIS_ENABLED: 'false',
    TRELLIS_TOOLS: 'a,b',
    TRELLIS_ROOTS: '["/a, b"]',
    TRELLIS_WEIGHTS: '1,2',
    TRELLIS_WAIT_MS: '5',
  });
});
