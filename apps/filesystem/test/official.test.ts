import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadExactCounter } from '@trellis-mcp/context-window';
import { recordMeasurement } from '@trellis-mcp/test-services';
import type { OfficialCall } from './official-call.ts';
import { officialCalls } from './official-calls.ts';
import { differences, failures } from './official-differences.ts';
import {
  askOfficial,
  askOverHttp,
  askOverStdio,
  type OfficialAnswer,
  type OfficialRecord,
  type OfficialTool,
} from './run-official-calls.ts';

const file = new URL('official-answers.snap.json', import.meta.url);
/** At full size the official server itself is asked; npm fetches it. */
const isSoak = process.env['SOAK'] === '1';
/** What the official server answered when it was recorded. */
const recorded = JSON.parse(await readFile(file, 'utf8')) as OfficialRecord;
const officialNames = recorded.tools.map(({ name }) => name);

let theirs: OfficialRecord;
let ours: OfficialRecord;
let overHttp: OfficialRecord;

beforeAll(async () => {
  [theirs, ours, overHttp] = await Promise.all([isSoak ? askOfficial() : recorded, askOverStdio(), askOverHttp()]);
  if (isSoak && process.env['UPDATE_SNAPSHOTS'] === '1') await writeFile(file, render(theirs));
}, 120_000);

/** A line for each tool and each answer. */
function render({ tools, answers }: OfficialRecord): string {
  const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join(',\n');
  return `{"tools":[\n${lines(tools)}\n],"answers":[\n${lines(answers)}\n]}\n`;
}

/** A call with both answers. */
interface Row extends OfficialCall {
  readonly theirs: OfficialAnswer | undefined;
  readonly ours: OfficialAnswer | undefined;
}

/** The calls of one kind. */
function selectRows(isWanted: (row: Row) => boolean): readonly Row[] {
  return officialCalls.map((call, index) => ({ ...call, theirs: theirs.answers[index], ours: ours.answers[index] })).filter(isWanted);
}

describe('the recording', () => {
  it('is what the official server says', () => {
    expect(theirs).toEqual(recorded);
  });

  it('is of these calls, and of each tool that the official server has', () => {
    expect(recorded.answers.map(({ tool, args }) => ({ tool, args }))).toEqual(officialCalls.map(({ tool, args }) => ({ tool, args })));
    expect(new Set(officialCalls.map(({ tool }) => tool))).toEqual(new Set(officialNames));
  });
});

describe('an answer', () => {
  it('is the same over stdio and HTTP, in both eras', () => {
    expect(overHttp).toEqual(ours);
  });

  it('is that of the official server, to the character', () => {
    const rows = selectRows((row) => row.differs === undefined && row.theirs?.error === undefined);
    expect(rows.map((row) => row.ours)).toEqual(rows.map((row) => row.theirs));
  });

  it('is another one only where there is a reason, and every reason has its calls', () => {
    const rows = selectRows(({ differs }) => differs !== undefined);
    expect(rows.filter((row) => JSON.stringify(row.ours) === JSON.stringify(row.theirs))).toEqual([]);
    expect(rows.map((row) => row.ours?.code)).toEqual(rows.map(({ differs = 'context' }) => differences[differs][0]));
    expect(new Set(rows.map(({ differs }) => differs))).toEqual(new Set(Object.keys(differences)));
  });
});

describe('a failure', () => {
  const selectFailures = (): readonly Row[] => selectRows((row) => row.differs === undefined && row.theirs?.error !== undefined);

  it('is one for both, and has a code of its kind', () => {
    const codesOf = (error = ''): readonly unknown[] => failures.find(([words]) => words.test(error))?.[1] ?? [];
    expect(selectFailures().filter((row) => !codesOf(row.theirs?.error).includes(row.ours?.code))).toEqual([]);
  });

  it('is of a kind for which there are calls, with each of its codes', () => {
    const rows = selectFailures();
    const isUsed = (words: RegExp, code: string): boolean =>
      rows.some((row) => words.test(row.theirs?.error ?? '') && row.ours?.code === code);
    expect(failures.filter(([words, codes]) => !codes.every((code) => isUsed(words, code)))).toEqual([]);
  });

  it('says nothing of what is outside', () => {
    expect(ours.answers.filter(({ error = '' }) => /\{(?:top|outside|home)\}/.test(error))).toEqual([]);
  });
});

describe('a tool', () => {
  const findOwn = (wanted: string): OfficialTool | undefined => ours.tools.find(({ name }) => name === wanted);

  it.each(recorded.tools.map((tool) => [tool.name, tool] as const))(
    '%s takes what the official one does, and asks for no more',
    (name, tool) => {
      const { inputSchema, annotations } = findOwn(name) ?? {};
      expect(typesOf(inputSchema)).toMatchObject(typesOf(tool.inputSchema));
      expect(tool.inputSchema.required ?? []).toEqual(expect.arrayContaining(inputSchema?.required ?? []));
      expect(annotations).toMatchObject(tool.annotations ?? {});
    },
  );

  it('costs at most 119 tokens for name, description and input, on average', async () => {
    const count = await loadExactCounter('o200k_base');
    // What every server has is not counted.
    const all = ours.tools.filter(({ name }) => name !== 'health_check');
    for (const tools of [all, all.filter(({ name }) => officialNames.includes(name))]) {
      const tokens = tools.map(({ name, description, inputSchema }) => count(JSON.stringify({ name, description, inputSchema })));
      const value = tokens.reduce((sum, one) => sum + one, 0) / tools.length;
      const name = `tokens a tool, ${String(tools.length)} tools with official names`;
      await recordMeasurement({ suite: 'filesystem, what a model pays', name, value, unit: 'tokens', bound: '<= 119' });
      expect(value).toBeLessThanOrEqual(119);
    }
  });

  it('costs at most 320 tokens with its output', async () => {
    const count = await loadExactCounter('o200k_base');
    const tools = ours.tools.map((tool) => ({ name: tool.name, tokens: count(JSON.stringify(tool)) }));
    expect(tools.filter(({ tokens }) => tokens > 320)).toEqual([]);
  });
});

/** The arguments of a tool with their types; a whole number is a number. */
function typesOf({ properties = {} }: Partial<OfficialTool['inputSchema']> = {}): Record<string, unknown> {
  const types = Object.entries(properties as Readonly<Record<string, { readonly type?: string }>>);
  return Object.fromEntries(types.map(([name, { type }]) => [name, type === 'integer' ? 'number' : type]));
}
