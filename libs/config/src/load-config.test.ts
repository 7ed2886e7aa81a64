import { expect, it } from '@jest/globals';
import { byteSize, durationMs } from '@trellis-mcp/validation';
import { z } from 'zod';
import { loadConfig } from './load-config.ts';
import type { ExitResult, LoadOptions } from './load-options.ts';
import { setting } from './setting.ts';

const password = 'hunter22-hunter22';

const schema = z
  .object({
    transport: setting(z.enum(['stdio', 'http']).default('stdio')),
    port: setting(z.int().min(0).max(65_535).default(3101)),
    websocket: setting(z.boolean().default(false)),
    allowHost: setting(z.array(z.string()).default([])),
    root: setting(z.array(z.string()).optional(), { repeatOnly: true }),
    weights: setting(z.array(z.number()).optional()),
    redisUrl: setting(z.url({ protocol: /^rediss?$/ }), { secret: true, env: ['REDIS_URL'] }).optional(),
    stateKeys: setting(z.array(z.string().min(8)).optional(), { secret: true }),
    drainTimeoutMs: setting(durationMs().default(30_000)),
    maxBytes: setting(byteSize({ max: 2 ** 40 }).default(1_000)),
    internal: setting(z.string().optional(), { flag: false }),
    limits: z.object({ rows: z.int(), token: setting(z.string().min(30), { secret: true }).optional() }).optional(),
  })
  .superRefine((config, context) => {
    if (config.websocket && config.transport === 'stdio') {
      context.addIssue({ code: 'custom', path: ['websocket'], message: 'needs --transport http' });
    }
  });

const program = {
  program: 'trellis-x',
  version: '1.2.3',
  description: 'Serves x.',
  commands: [
    { name: 'doctor', summary: 'Check.' },
    {
      name: 'config print',
      summary: 'Print.',
      options: [{ name: 'client', description: 'Which.', choices: ['cursor', 'vscode'], isRequired: true }],
    },
    { name: 'import', summary: 'Import.', args: { placeholder: 'path', description: 'Files.', max: 2 } },
  ],
} satisfies Partial<LoadOptions>;

interface World {
  env?: Record<string, string>;
  files?: Record<string, string>;
}

function load(argv: readonly string[], { env = {}, files = {} }: World = {}) {
  const readFile = (path: string): Promise<string> => {
    const text = files[path];
    return text === undefined ? Promise.reject(Object.assign(new Error(password), { code: 'ENOENT' })) : Promise.resolve(text);
  };
  return loadConfig(schema, { ...program, argv, env, readFile });
}

async function run(argv: readonly string[], world: World = {}) {
  const result = await load(argv, world);
  if (result.kind === 'exit') {
    throw new Error(`exit ${String(result.code)}: ${result.stderr ?? ''}`);
  }
  return result;
}

async function refuse(argv: readonly string[], world: World = {}): Promise<ExitResult> {
  const result = await load(argv, world);
  if (result.kind === 'run') {
    throw new Error(`accepted: ${JSON.stringify(result.config)}`);
  }
  return result;
}

async function problems(argv: readonly string[], world: World = {}): Promise<readonly string[]> {
  const { stderr = '' } = await refuse(argv, world);
  return stderr
    .split('\n')
    .slice(1, -2)
    .map((line) => line.trim());
}

it('runs on defaults alone', async () => {
  const result = await run([]);
  expect(result).toMatchObject({ kind: 'run', args: [], flags: {}, warnings: [] });
  expect(result.config).toEqual({
    transport: 'stdio',
    port: 3101,
    websocket: false,
    allowHost: [],
    drainTimeoutMs: 30_000,
    maxBytes: 1000,
  });
  expect(new Set(Object.values(result.sources))).toEqual(new Set(['default']));
  expect('command' in result).toBe(false);
});

it('lets a flag beat a variable, a variable beat the file, the file beat the default', async () => {
  const world = {
    env: { TRELLIS_CONFIG: 'a.json', TRELLIS_PORT: '2', TRELLIS_TRANSPORT: 'http' },
    files: { 'a.json': '{ "port": 1, "transport": "stdio", "drainTimeoutMs": "5s" }' },
  };
  const { config, sources, file } = await run(['--port=3'], world);
  expect(file).toBe('a.json');
  expect(config).toMatchObject({ port: 3, transport: 'http', drainTimeoutMs: 5000, maxBytes: 1000 });
  expect(sources).toMatchObject({ port: 'flag', transport: 'variable', drainTimeoutMs: 'file', maxBytes: 'default' });
});

it('prefers the file that a flag names to the one that a variable names', async () => {
  const world = { env: { TRELLIS_CONFIG: 'a.json' }, files: { 'b.json': '{ "port": 7 }' } };
  expect((await run(['--config', 'b.json'], world)).config.port).toBe(7);
});

it.each([
  ['a value behind a blank', ['--port', '5'], { port: 5 }],
  ['a value behind an equals sign', ['--port=5'], { port: 5 }],
  ['the last of a repeated flag', ['--port=5', '--port', '6'], { port: 6 }],
  ['a switch', ['--transport=http', '--websocket'], { websocket: true }],
  ['a switch with a value', ['--websocket=false'], { websocket: false }],
  ['a negated switch behind the switch', ['--websocket', '--no-websocket'], { websocket: false }],
  ['a list repeated', ['--allow-host', 'a', '--allow-host=b'], { allowHost: ['a', 'b'] }],
  ['a list between commas', ['--allow-host', 'a, b,', '--allow-host=c'], { allowHost: ['a', 'b', 'c'] }],
  ['a list as JSON', ['--allow-host', '["a,b"," "]'], { allowHost: ['a,b', ' '] }],
  ['an empty list', ['--allow-host='], { allowHost: [] }],
  ['an IPv6 host that is no JSON', ['--allow-host', '[::1]'], { allowHost: ['[::1]'] }],
  ['paths with commas, one per flag', ['--root', '/a, b', '--root=/c'], { root: ['/a, b', '/c'] }],
  ['numbers with signs and exponents', ['--weights', '-1.5', '--weights=2e3,.5'], { weights: [-1.5, 2000, 0.5] }],
  ['a duration', ['--drain-timeout-ms', '5s'], { drainTimeoutMs: 5000 }],
  ['a size', ['--max-bytes', '64KiB'], { maxBytes: 65_536 }],
])('reads %s', async (_, argv, config) => {
  expect((await run(argv)).config).toMatchObject(config);
});

it.each([
  ['a list between commas or lines', { TRELLIS_ALLOW_HOST: 'a,b\nc' }, { allowHost: ['a', 'b', 'c'] }],
  ['yes and no', { TRELLIS_WEBSOCKET: 'Yes', TRELLIS_TRANSPORT: 'http' }, { websocket: true }],
  ['an empty variable as not set', { TRELLIS_PORT: '' }, { port: 3101 }],
  ['a further name', { REDIS_URL: 'redis://h' }, { redisUrl: 'redis://h' }],
  ['its own name before a further one', { REDIS_URL: 'redis://h', TRELLIS_REDIS_URL: 'redis://own' }, { redisUrl: 'redis://own' }],
  ['a setting without a flag', { TRELLIS_INTERNAL: 'x' }, { internal: 'x' }],
])('reads from variables %s', async (_, env, config) => {
  expect((await run([], { env })).config).toMatchObject(config);
});

it('reads secrets from files, and drops one line break at the end', async () => {
  const world = {
    env: { TRELLIS_REDIS_URL_FILE: '/run/url', TRELLIS_STATE_KEYS_FILE: '/run/keys' },
    files: { '/run/url': 'redis://h\n', '/run/keys': 'newest-key\r\nolder-key\n' },
  };
  const { config, sources } = await run([], world);
  expect(config).toMatchObject({ redisUrl: 'redis://h', stateKeys: ['newest-key', 'older-key'] });
  expect(sources.redisUrl).toBe('variable');
});

it('does not open the file of a secret that a flag gives', async () => {
  const { config } = await run(['--redis-url=redis://f'], { env: { TRELLIS_REDIS_URL_FILE: '/absent' } });
  expect(config.redisUrl).toBe('redis://f');
});

it('reads structures from the file alone', async () => {
  const files = { 'a.json': '\ufeff{ "limits": { "rows": 5 } }' };
  expect((await run(['--config=a.json'], { files })).config.limits).toEqual({ rows: 5 });
  expect(await problems(['--limits=5'])).toEqual(['--limits is not a flag.']);
});

it('finds the command, its options and its arguments among the flags', async () => {
  expect(await run(['config', '--port=5', 'print', '--client', 'cursor'])).toMatchObject({
    command: 'config print',
    flags: { client: 'cursor' },
    args: [],
    config: { port: 5 },
  });
  expect(await run(['import', 'a', '--', '--b'])).toMatchObject({ command: 'import', args: ['a', '--b'] });
});

it('gives arguments to a program that takes them', async () => {
  const result = await loadConfig(z.object({}), {
    ...program,
    commands: [],
    args: { placeholder: 'root', description: 'Roots.' },
    argv: ['/a', '/b'],
    env: {},
  });
  expect(result).toMatchObject({ kind: 'run', args: ['/a', '/b'] });
});

it.each([[['--help']], [['-h']], [['doctor', '--help', '--wrong', '--port=x']], [['--help', '--version']]])(
  'answers %j with help',
  async (argv) => {
    const { code, stdout, stderr } = await refuse(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: undefined });
    expect(stdout).toContain('Usage: trellis-x');
  },
);

it.each([[['--version']], [['-v', '--wrong']]])('answers %j with the version', async (argv) => {
  expect(await refuse(argv)).toEqual({ kind: 'exit', code: 0, stdout: '1.2.3\n' });
});

it.each([
  ['an unknown flag', ['--prot=5'], '--prot is not a flag. Did you mean --port?'],
  ['an unknown flag near nothing', ['--zzzzzz'], '--zzzzzz is not a flag.'],
  ['a flag in camelCase', ['--allowHost=a'], '--allowHost is not a flag. Did you mean --allow-host?'],
  ['a flag that objects inherit', ['--__proto__=x'], '--__proto__ is not a flag.'],
  ['another', ['--constructor'], '--constructor is not a flag.'],
  ['one dash', ['-port', '5'], 'A flag starts with two dashes; only -h and -v have one.'],
  ['an empty path', ['--config='], '--config needs a value.'],
  ['a flag without its value', ['--port'], '--port needs a value.'],
  [
    'a flag in place of a value',
    ['--port', '--websocket'],
    '--port needs a value. A value that starts with a dash is written --port=-value.',
  ],
  ['a value for a negated switch', ['--no-websocket=true'], '--no-websocket takes no value.'],
  ['an unknown negation', ['--no-port'], '--no-port is not a flag. Did you mean --port?'],
  ['a setting without a flag', ['--internal=x'], '--internal is not a flag.'],
  ['an unknown command', ['docter'], '"docter" is not a command. Did you mean doctor? Commands: doctor, config print, import.'],
  ['half a command', ['config'], '"config" is not a command. Did you mean config print? Commands: doctor, config print, import.'],
  ['an argument too many', ['doctor', 'now'], 'doctor takes no argument; got "now".'],
  ['more arguments than the command takes', ['import', 'a', 'b', 'c'], 'At most 2 arguments are taken; got 3.'],
  ['a command behind --', ['--', 'doctor'], '"doctor" is not a command. Did you mean doctor? Commands: doctor, config print, import.'],
  ["another command's option", ['doctor', '--client=cursor'], '--client belongs to the command config print.'],
  ['a wrong choice', ['config', 'print', '--client=cursr'], '--client must be one of cursor, vscode. Did you mean cursor?'],
  ['a missing option', ['config', 'print'], 'config print needs --client, one of cursor, vscode.'],
])('refuses %s with 64', async (_, argv, problem) => {
  expect((await refuse(argv)).code).toBe(64);
  expect(await problems(argv)).toEqual([problem]);
});

it.each([
  ['a flag that is no number', ['--port=abc'], {}, '--port must be a number; got "abc".'],
  ['an empty number', ['--port='], {}, '--port must be a number; got "".'],
  ['a hexadecimal number', ['--port=0x10'], {}, '--port must be a number; got "0x10".'],
  ['Infinity', ['--port=1e309'], {}, '--port must be a number; got Infinity.'],
  ['a variable out of range', [], { TRELLIS_PORT: '70000' }, 'TRELLIS_PORT must be at most 65535; got 70000.'],
  ['a variable that is neither yes nor no', [], { TRELLIS_WEBSOCKET: 'maybe' }, 'TRELLIS_WEBSOCKET must be true or false; got "maybe".'],
  ['a wrong choice', ['--transport=htp'], {}, '--transport must be one of stdio, http; got "htp".'],
  ['an item of a list', ['--weights=1,x'], {}, '--weights[1] must be a number; got "x".'],
  ['a breach of a rule between settings', ['--websocket'], {}, '--websocket needs --transport http.'],
  ['a breach by a variable', [], { TRELLIS_WEBSOCKET: '1' }, 'TRELLIS_WEBSOCKET needs --transport http.'],
  [
    'a variable that nobody expanded',
    [],
    { TRELLIS_REDIS_URL: '${env:REDIS_URL}' },
    'TRELLIS_REDIS_URL holds a literal ${…} reference: what started this program did not expand it. Set the variable there, or write the value itself.',
  ],
  [
    'a secret given twice',
    [],
    { TRELLIS_REDIS_URL: 'redis://a', TRELLIS_REDIS_URL_FILE: '/x' },
    'TRELLIS_REDIS_URL and TRELLIS_REDIS_URL_FILE are both set; set one of them.',
  ],
  ['an absent secret file', [], { TRELLIS_REDIS_URL_FILE: '/x' }, 'TRELLIS_REDIS_URL_FILE names a file that cannot be read (ENOENT).'],
  ['an absent configuration file', ['--config=/x'], {}, 'The file /x cannot be read (ENOENT).'],
])('refuses %s with 78', async (_, argv, env: Record<string, string>, problem) => {
  expect((await refuse(argv, { env })).code).toBe(78);
  expect(await problems(argv, { env })).toEqual([problem]);
});

it.each(['', '\n', '\r\n'])('refuses a secret file that holds only %j', async (text) => {
  const world = { env: { TRELLIS_STATE_KEYS_FILE: '/run/keys' }, files: { '/run/keys': text } };
  expect(await problems([], world)).toEqual(['TRELLIS_STATE_KEYS_FILE names a file that is empty.']);
});

it.each([
  ['text that is no JSON', `{\n  "redisUrl": "${password}",,`, /^The file c is not valid JSON \(line 2, column \d+\)\.$/],
  ['a list', '[]', /^The file c must hold a JSON object\.$/],
  ['null', 'null', /^The file c must hold a JSON object\.$/],
  ['an unknown key', '{ "prot": 1 }', /^The file c has the unknown key prot\. Did you mean port\?$/],
  ['a key in kebab case', '{ "allow-host": [] }', /^The file c has the unknown key allow-host\. Did you mean allowHost\?$/],
  ['a key of every object', '{ "__proto__": { "port": 1 } }', /^The file c has the unknown key __proto__\.$/],
  ['a wrong value', '{ "port": "1" }', /^port in the file must be a number; got "1"\.$/],
  ['null for a setting', '{ "port": null }', /^port in the file must be a number; got null\.$/],
  ['a wrong value inside a structure', '{ "limits": { "rows": "x" } }', /^limits\.rows in the file must be a number; got "x"\.$/],
])('refuses a file that holds %s with 78', async (_, text, problem) => {
  const world = { files: { c: text } };
  expect((await refuse(['--config=c'], world)).code).toBe(78);
  const [line, ...more] = await problems(['--config=c'], world);
  expect(line).toMatch(problem);
  expect(more).toEqual([]);
});

it('prints every problem at once, whatever its source', async () => {
  const world = { env: { TRELLIS_TRANSPORT: 'x', TRELLIS_REDIS_URL_FILE: '/x' }, files: { c: '{ "maxBytes": -1, "extra": 1 }' } };
  expect(await refuse(['--port=abc', '--wrong', '--config=c'], world)).toEqual({
    kind: 'exit',
    code: 64,
    stderr: [
      'trellis-x cannot start: 6 problems.',
      '  --wrong is not a flag.',
      '  TRELLIS_REDIS_URL_FILE names a file that cannot be read (ENOENT).',
      '  The file c has the unknown key extra.',
      '  TRELLIS_TRANSPORT must be one of stdio, http; got "x".',
      '  --port must be a number; got "abc".',
      '  maxBytes in the file must be a whole number of bytes between 0 and 1099511627776, or a text such as "512KB", "10MB" or "64KiB"; got -1.',
      'See trellis-x --help.',
      '',
    ].join('\n'),
  });
});

it.each([
  ['a flag', [`--redis-url=http://u:${password}@h`], {}],
  ['a variable', [], { env: { TRELLIS_REDIS_URL: password } }],
  ['a file', [], { env: { TRELLIS_REDIS_URL_FILE: 'f' }, files: { f: password } }],
  ['a variable that should hold a path', [], { env: { TRELLIS_REDIS_URL_FILE: password } }],
  ['an item of a list', [`--state-keys=short,${password}`], {}],
  ['the configuration file', ['--config=c'], { files: { c: JSON.stringify({ redisUrl: password }) } }],
  ['a structure', ['--config=c'], { files: { c: JSON.stringify({ limits: { rows: 1, token: password } }) } }],
  ['a broken configuration file', ['--config=c'], { files: { c: `{"redisUrl": ${password}}` } }],
  ['a mistyped flag', [`--redis-ulr=${password}`], {}],
  ['the argument behind a mistyped flag', ['--redis-ulr', password], {}],
  ['letters behind one dash', [`-p${password}`], {}],
  ['the error of a reader', ['--config=/absent'], {}],
])('never prints a secret given by %s', async (_, argv, world: World) => {
  const { stderr = '' } = await refuse(argv, world);
  expect(stderr).not.toMatch(/hunter|nter22/);
});

it.each([
  ['of a structure', '"postgres://a:hunter2@h/d"'],
  ['of a structure, bare', '"hunter2-hunter2"'],
  ['of an entry', '{ "a": "postgres://a:hunter2@h/d" }'],
  ['of an entry, with signs in it', '{ "a": "postgres://a:p/?#hunter2@h/d" }'],
  ['of an entry, so long that it is cut', `{ "a": "postgres://a:${'hunter2'.repeat(20)}@h/d" }`],
  ['of a key', '{ "postgres://a:hunter2@h/d": {} }'],
  ['of a wrong key', '{ "a": { "url": "postgres://a:b@h/d", "postgres://a:hunter2@h/d": 1 } }'],
])('never prints a secret in the place %s', async (_, sources) => {
  const entry = z.strictObject({ url: setting(z.string(), { secret: true }) });
  const schema = z.object({ sources: z.record(z.string().regex(/^[a-z]+$/), entry) });
  const readFile = async (): Promise<string> => `{ "sources": ${sources}, "redis://a:hunter2@h": 1 }`;
  const result = await loadConfig(schema, { argv: ['--config', 'f'], env: {}, program: 'p', version: '1', description: '', readFile });
  expect(result).toMatchObject({ code: 78, stderr: expect.not.stringContaining('hunter2') });
});

it('never prints a secret that a rule between settings repeats', async () => {
  const leaky = z
    .object({ apiKey: setting(z.string(), { secret: true }), host: z.string().default('h') })
    .superRefine(({ apiKey }, context) => {
      context.addIssue({ code: 'custom', path: ['host'], message: `does not accept ${apiKey}` });
      context.addIssue({ code: 'custom', path: ['host'], message: 'must be public' });
    });
  const result = await loadConfig(leaky, { ...program, argv: [`--api-key=${password}`], env: {} });
  expect(result.kind === 'exit' && result.stderr).toContain(
    '  --host is not valid; the reason holds a secret.\n  --host must be public.\n',
  );
});

it('never prints the start of a secret that its own rule repeats', async () => {
  const error = (issue: { input?: unknown }): string => `must not start with ${String(issue.input).slice(0, 7)}`;
  const leaky = z.object({
    apiKey: setting(
      z.string().refine(() => false, { error }),
      { secret: true },
    ),
  });
  const result = await loadConfig(leaky, { ...program, argv: [`--api-key=${password}`], env: {} });
  expect(result.kind === 'exit' && result.stderr).toContain('--api-key is not valid (the value is not shown, it is a secret).');
});

it('warns of variables that mean nothing, and runs', async () => {
  const { warnings } = await run([], { env: { TRELLIS_PROT: '1', TRELLIS_OTHER_THING: '2', HOME: '/root' } });
  expect(warnings).toEqual([
    'The variable TRELLIS_PROT means nothing to this program. Did you mean TRELLIS_PORT?',
    'The variable TRELLIS_OTHER_THING means nothing to this program.',
  ]);
});

it('asks for what is required by its flag', async () => {
  const result = await loadConfig(z.object({ spec: setting(z.string()) }), { ...program, argv: [], env: {} });
  expect(result).toMatchObject({ code: 78, stderr: 'trellis-x cannot start: 1 problem.\n  --spec is required.\nSee trellis-x --help.\n' });
});

it('keeps a flood of arguments and problems short', async () => {
  const { code, stderr = '' } = await refuse(Array.from({ length: 20_000 }, (_, index) => `--wrong-${String(index)}`));
  const lines = stderr.split('\n');
  expect(code).toBe(64);
  expect(lines).toContain('  At most 5000 arguments are read; got 20000.');
  expect(lines.at(-3)).toBe('  and 4901 more');
  expect(lines).toHaveLength(104);
});

it('waits for a rule that needs time', async () => {
  const slow = z.object({ name: z.string().refine((name) => Promise.resolve(name === 'a'), 'must be a') });
  expect(await loadConfig(slow, { ...program, argv: ['--name=a'], env: {} })).toMatchObject({ kind: 'run' });
  expect(await loadConfig(slow, { ...program, argv: ['--name=b'], env: {} })).toMatchObject({ code: 78 });
});

it('refuses a command option that is also a setting', async () => {
  const commands = [{ name: 'a', summary: '', options: [{ name: 'port', description: '' }] }];
  await expect(loadConfig(schema, { ...program, commands, argv: [], env: {} })).rejects.toThrow(
    'The option --port of a is also a setting.',
  );
});
