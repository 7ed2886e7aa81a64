import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { WorkspaceCopy } from './workspace-copy.ts';

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
let copy: WorkspaceCopy;
let lint: LintResult[];

async function must(...args: string[]): Promise<void> {
  const { code, output } = await copy.run(args);
  if (code !== 0) throw new Error(output);
}

beforeAll(async () => {
  copy = await WorkspaceCopy.create();
  await must(nx, 'g', '@trellis-mcp/tool-workspace:library', 'door', '--floor=2', '--install=false');
  await must('tools/workspace/test/generate-all.ts', copy.path);
  for (const name of ['door', 'wall', 'roof']) await copy.link(`libs/${name}`, name);
  for (const [, file, text] of plants) await writeFile(join(copy.path, 'libs/door/src', file), text);
  const graph = await copy.run([nx, 'show', 'projects']);
  if (!graph.output.includes('@trellis-mcp/weather-server')) throw new Error(graph.output);
  const folders = ['libs/door', 'libs/wall', 'libs/roof', 'apps/weather'];
  const run = await copy.run(['node_modules/eslint/bin/eslint.js', '--format=json', ...folders]);
  lint = JSON.parse(run.output) as LintResult[];
}, 180_000);

afterAll(() => copy[Symbol.asyncDispose]());

it.each(plants)('reports %s', (_title, file, _text, rule) => {
  const messages = lint.find(({ filePath }) => filePath.endsWith(`libs/door/src/${file}`))?.messages ?? [];
  expect(messages.map(({ ruleId }) => ruleId)).toEqual([rule]);
});

it('generates libraries, servers and tools that lint clean', () => {
  const planted = new Set(plants.map(([, file]) => file as string));
  const generated = lint.filter(({ filePath }) => !planted.has(filePath.split('/').at(-1) ?? ''));
  expect(generated.length).toBeGreaterThanOrEqual(20);
  expect(generated.filter(({ messages }) => messages.length > 0)).toEqual([]);
});

it('refuses to compile an upward import', async () => {
  const { code, output } = await copy.run([tsc, '-b', '--pretty', 'false', 'libs/door']);
  expect(output).toMatch(/upward\.ts\(1,22\): error TS/);
  expect(code).not.toBe(0);
}, 60_000);

it('compiles what it generated', async () => {
  expect(await copy.run([tsc, '-b', '--pretty', 'false', 'libs/wall', 'libs/roof', 'apps/weather'])).toEqual({ code: 0, output: '' });
}, 120_000);

it('generates tests that pass', async () => {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  expect((await copy.run([...jest, 'libs/wall', 'apps/weather/src'])).output).toContain('Tests:       4 passed, 4 total');
}, 120_000);
