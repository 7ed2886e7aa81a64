import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tool } from '@modelcontextprotocol/client';
import type { Connection } from '@trellis-mcp/client';
import type { CommonConfig } from '@trellis-mcp/server';
import { type InProcessServer, startInProcess } from '../start-in-process.ts';
import type { Contract } from './contract-options.ts';
import { connectOver, everyRoad, type Road } from './roads.ts';
import { schemaProblems, schemaTexts, undescribedArguments } from './schema-problems.ts';
import { descriptionProblems, textProblems } from './text-problems.ts';
import { compareSnapshots } from './tool-snapshots.ts';

const eras = ['modern', 'legacy'] as const;
type Era = (typeof eras)[number];
/** The connection of an era; over stdio unless another road is named. */
type ConnectionOf = (era: Era, road?: Road) => Connection;
const toolName = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Lists, pages, schemas, hints, texts and snapshots. */
export function describeLists<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  const { app, args } = contract;
  let server: InProcessServer<Deps>;
  const connections = new Map<string, Connection>();
  const connectionOf: ConnectionOf = (era, road = 'stdio') => {
    const found = connections.get(`${road}, ${era}`);
    if (found === undefined) throw new Error(`Nobody connected over ${road}.`);
    return found;
  };

  beforeAll(async () => {
    server = await startInProcess(app, { args });
    const open = everyRoad.map(async ([road, era]) => connections.set(`${road}, ${era}`, await connectOver(road, server, { era })));
    await Promise.all(open);
  });

  afterAll(async () => {
    await server.close();
  });

  describe('what it lists', () => {
    it.each(everyRoad)('is the same, in the same order, each time (%s, %s)', async (road, era) => {
      const first = await listNames(connectionOf('modern'));
      expect(first.tools).not.toEqual([]);
      for (let time = 0; time < 2; time += 1) expect(await listNames(connectionOf(era, road))).toEqual(first);
      expect(await listWhole(connectionOf(era, road))).toEqual(await listWhole(connectionOf(era)));
    });

    it.each(everyRoad)('comes in pages that make up the whole, and a cursor of somebody else is refused (%s, %s)', async (road, era) => {
      const connection = connectionOf(era, road);
      expect(await walkPages(connection)).toEqual((await connection.listTools()).map(({ name }) => name));
      await expect(connection.raw.listTools({ cursor: 'forged' })).rejects.toMatchObject({ code: -32602 });
    });

    it.each(everyRoad)('says who the server is and how to use it (%s, %s)', (road, era) => {
      const { implementation, instructions } = connectionOf(era, road).server;
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
  connectionOf: ConnectionOf,
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

async function listWhole(connection: Connection) {
  return {
    tools: await connection.listTools(),
    resources: await connection.listResources(),
    templates: await connection.listResourceTemplates(),
    prompts: await connection.listPrompts(),
  };
}

async function listNames(connection: Connection): Promise<Record<'tools' | 'resources' | 'templates' | 'prompts', string[]>> {
  const { tools, resources, templates, prompts } = await listWhole(connection);
  return {
    tools: tools.map(({ name }) => name),
    resources: resources.map(({ uri }) => uri),
    templates: templates.map(({ uriTemplate }) => uriTemplate),
    prompts: prompts.map(({ name }) => name),
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
