import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Outcome, WorkspaceCopy } from './workspace-copy.ts';

const nx = 'node_modules/nx/dist/bin/nx.js';
const plants = [
  [
    'an upward import',
    'upward.ts',
    "import { roof } from '@trellis-mcp/roof';\n\n/** Planted. */\nexport const planted = roof;\n",
    '@nx/enforce-module-boundaries',
  ],
  [
    'a sideways import',
    'sideways.ts',
    "import { wall } from '@trellis-mcp/wall';\n\n/** Planted. */\nexport const planted = wall;\n",
    '@nx/enforce-module-boundaries',
  ],
  [
    'an import around the package',
    'around.ts',
    "import { AppError } from '../../errors/src/app-error.ts';\n\n/** Planted. */\nexport const planted = AppError;\n",
    '@nx/enforce-module-boundaries',
  ],
  [
    'an import of the MCP SDK',
    'sdk.ts',
    "import { McpServer } from '@modelcontextprotocol/server';\n\n/** Planted. */\nexport const planted = McpServer;\n",
    'trellis/no-sdk-import',
  ],
  [
    'a late import of the MCP SDK',
    'late-sdk.ts',
    "/** Planted. */\nexport const planted = import('@modelcontextprotocol/client');\n",
    'trellis/no-sdk-import',
  ],
] as const;

interface LintResult {
  filePath: string;
  messages: { ruleId: string; message: string }[];
}

const tsc = 'node_modules/typescript-7/bin/tsc';
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
let copy: WorkspaceCopy;
let projects: string;
let lint: LintResult[];
let refused: Outcome;
let compiled: Outcome;
let tested: Outcome;

async function must(...args: string[]): Promise<string> {
  const { code, output } = await copy.run(args);
  if (code !== 0) throw new Error(output);
  return output;
}

/** The libraries of `generate-all.ts` come from the template of `door`. Only what was generated, and what it imports, is read for types. */
async function lintAll(): Promise<void> {
  const types = join(copy.path, 'tsconfig.eslint.json');
  const config = JSON.parse(await readFile(types, 'utf8')) as Record<string, unknown>;
  await writeFile(types, JSON.stringify({ ...config, include: ['libs/door/src', 'apps/weather/src', 'apps/weather/test'] }));
  const { output } = await copy.run(['node_modules/eslint/bin/eslint.js', '--format=json', 'libs/door', 'apps/weather']);
  lint = JSON.parse(output) as LintResult[];
}

async function compileAndTest(): Promise<void> {
  refused = await copy.run([tsc, '-b', '--pretty', 'false', 'libs/door']);
  compiled = await copy.run([tsc, '-b', '--pretty', 'false', 'libs/wall', 'libs/roof', 'apps/weather']);
  tested = await copy.run([...jest, 'libs/wall', 'apps/weather/src']);
}

beforeAll(async () => {
  copy = await WorkspaceCopy.create();
  await Promise.all(['door', 'wall', 'roof'].map((name) => copy.link(`libs/${name}`, name)));
  await must(nx, 'g', '@trellis-mcp/tool-workspace:library', 'door', '--floor=2', '--install=false');
  projects = await must('tools/workspace/test/generate-all.ts', copy.path);
  for (const [, file, text] of plants) await writeFile(join(copy.path, 'libs/door/src', file), text);
  await Promise.all([lintAll(), compileAndTest()]);
}, 240_000);

afterAll(() => copy[Symbol.asyncDispose]());

it.each(plants)('reports %s', (_title, file, _text, rule) => {
  const messages = lint.find(({ filePath }) => filePath.endsWith(`libs/door/src/${file}`))?.messages ?? [];
  expect(messages.map(({ ruleId }) => ruleId)).toEqual([rule]);
});

it('generates libraries, servers and tools that lint clean', () => {
  const planted = new Set(plants.map(([, file]) => file as string));
  const generated = lint.filter(({ filePath }) => !planted.has(filePath.split('/').at(-1) ?? ''));
  expect(generated.length).toBeGreaterThanOrEqual(14);
  expect(generated.filter(({ messages }) => messages.length > 0)).toEqual([]);
});

it('makes them projects of the workspace', () => {
  expect(JSON.parse(projects)).toEqual(expect.arrayContaining(['@trellis-mcp/door', '@trellis-mcp/weather-server']));
});

it('refuses to compile an upward import', () => {
  expect(refused.output).toMatch(/upward\.ts\(1,22\): error TS/);
  expect(refused.code).not.toBe(0);
});

it('compiles what it generated', () => {
  expect(compiled).toEqual({ code: 0, output: '' });
});

it('generates tests that pass', () => {
  expect(tested.output).toContain('Tests:       4 passed, 4 total');
});
