import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tool } from '@modelcontextprotocol/client';
import type { Connection } from '@trellis-mcp/client';
import type { CommonConfig } from '@trellis-mcp/server';
import { type InProcessServer, startInProcess } from '../start-in-process.ts';
import type { Contract } from './contract-options.ts';
import { schemaProblems, schemaTexts, undescribedArguments } from './schema-problems.ts';
import { descriptionProblems, textProblems } from './text-problems.ts';
import { compareSnapshots } from './tool-snapshots.ts';

const eras = ['modern', 'legacy'] as const;
const toolName = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Lists, pages, schemas, hints, texts and snapshots. */
export function describeLists<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  const { app, args } = contract;
  let server: InProcessServer<Deps>;
  let modern: Connection;
  let legacy: Connection;
  const connectionOf = (era: (typeof eras)[number]): Connection => (era === 'modern' ? modern : legacy);

  beforeAll(async () => {
    server = await startInProcess(app, { args });
    modern = await server.connect({ era: 'modern' });
    legacy = await server.connect({ era: 'legacy' });
  });

  afterAll(async () => {
    await server.close();
  });

  describe('what it lists', () => {
    it('is the same, in the same order, each time and in both eras', async () => {
      const first = await listAll(modern);
      expect(first.tools).not.toEqual([]);
      expect(await listAll(modern)).toEqual(first);
      expect(await listAll(legacy)).toEqual(first);
    });

    it.each(eras)('comes in pages that make up the whole, and a cursor of somebody else is refused (%s)', async (era) => {
      const connection = connectionOf(era);
      expect(await walkPages(connection)).toEqual((await connection.listTools()).map(({ name }) => name));
      await expect(connection.raw.listTools({ cursor: 'forged' })).rejects.toMatchObject({ code: -32602 });
    });

    it.each(eras)('says who the server is and how to use it (%s)', (era) => {
      const { implementation, instructions } = connectionOf(era).server;
      expect(implementation).toMatchObject({ name: app.name, version: app.version });
      expect(instructions).toBe(app.instructions);
      expect(textProblems(app.instructions)).toEqual([]);
    });
  });

  describe('its tools', () => {
    describeTools(contract, connectionOf);
  });
}

function describeTools<Config extends CommonConfig, Deps>(
  { snapshots, isUpdate }: Contract<Config, Deps>,
  connectionOf: (era: (typeof eras)[number]) => Connection,
): void {
  it('have snake_case names of at most 32 characters, titles and all four hints', async () => {
    const tools = await connectionOf('modern').listTools();
    expect(tools.flatMap((tool) => toolProblems(tool).map((problem) => `${tool.name} ${problem}`))).toEqual([]);
  });

  it.each(eras)('have schemas that every client takes, with each argument described (%s)', async (era) => {
    const tools = await connectionOf(era).listTools();
    expect(tools.flatMap((tool) => schemaReport(tool).map((problem) => `${tool.name}: ${problem}`))).toEqual([]);
  });

  it('are described for people and models alike, as prompts and resources are', async () => {
    const connection = connectionOf('modern');
    const tools = (await connection.listTools()).flatMap((tool) => textReport(tool).map((problem) => `${tool.name} ${problem}`));
    const others = [
      ...(await connection.listPrompts()),
      ...(await connection.listResources()),
      ...(await connection.listResourceTemplates()),
    ];
    const texts = others.flatMap(({ name, description = '' }) => textProblems(description).map((problem) => `${name} ${problem}`));
    expect([...tools, ...texts]).toEqual([]);
  });

  it('equal their snapshots', async () => {
    expect(await compareSnapshots(snapshots, await connectionOf('modern').listTools(), { isUpdate })).toEqual([]);
  });
}

async function listAll(connection: Connection): Promise<{ tools: string[]; resources: string[]; templates: string[]; prompts: string[] }> {
  return {
    tools: (await connection.listTools()).map(({ name }) => name),
    resources: (await connection.listResources()).map(({ uri }) => uri),
    templates: (await connection.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate),
    prompts: (await connection.listPrompts()).map(({ name }) => name),
  };
}

async function walkPages(connection: Connection): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 100; page += 1) {
    const { tools, nextCursor } = await connection.raw.request({ method: 'tools/list', params: cursor === undefined ? {} : { cursor } });
    names.push(...tools.map(({ name }) => name));
    if (nextCursor === undefined) return names;
    cursor = nextCursor;
  }
  throw new Error('The list has more than 100 pages.');
}

function toolProblems({ name, title, annotations, outputSchema }: Tool): string[] {
  const hints = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;
  return [
    ...(toolName.test(name) && name.length <= 32 ? [] : ['is no snake_case name of at most 32 characters']),
    ...(title === undefined || title.trim() === '' ? ['has no title'] : []),
    ...(outputSchema === undefined ? ['has no output schema'] : []),
    ...hints.filter((hint) => typeof annotations?.[hint] !== 'boolean').map((hint) => `has no ${hint}`),
  ];
}

function schemaReport({ inputSchema, outputSchema }: Tool): string[] {
  return [
    ...schemaProblems(inputSchema).map((problem) => `its input ${problem}`),
    ...schemaProblems(outputSchema).map((problem) => `its output ${problem}`),
    ...undescribedArguments(inputSchema).map((name) => `its argument ${name} has no description`),
  ];
}

function textReport({ title = '', description, inputSchema, outputSchema }: Tool): string[] {
  const inner = [...schemaTexts(inputSchema), ...schemaTexts(outputSchema)];
  return [
    ...descriptionProblems(description).map((problem) => `description ${problem}`),
    ...textProblems(title).map((problem) => `title ${problem}`),
    ...inner.flatMap(({ path, text }) => textProblems(text).map((problem) => `${path} ${problem}`)),
  ];
}
