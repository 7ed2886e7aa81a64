import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import type { CommonConfig } from '@trellis-mcp/server';
import { type InProcessServer, startInProcess } from '../start-in-process.ts';
import type { Contract } from './contract-options.ts';
import { connectOver } from './roads.ts';

const roads = [
  ['modern', 'stdio'],
  ['legacy', 'stdio'],
  ['modern', 'HTTP'],
  ['legacy', 'HTTP'],
] as const;

const searchTools = ['search_tools', 'describe_tool', 'call_tool'];

/** `health_check`, and the server behind `--tool-search`: every tool is found, described and called, within its budget of tokens. */
export function describeSearch<Config extends CommonConfig, Deps>({ app, args, calls }: Contract<Config, Deps>): void {
  let server: InProcessServer<Deps>;

  beforeAll(async () => {
    server = await startInProcess(app, { args: [...args, '--tool-search', '--tool-budget', '100000'] });
  });

  afterAll(async () => {
    await server.close();
  });

  describe.each(roads)('the search of a server in the %s era over %s', (era, road) => {
    let connection: Connection;

    beforeAll(async () => {
      connection = await connectOver(road, server, { era });
    });

    it('is all that is listed, and the instructions name it', async () => {
      expect((await connection.listTools()).map(({ name }) => name)).toEqual(searchTools);
      for (const name of searchTools) expect(connection.server.instructions).toContain(name);
    });

    it('finds each tool by its name, and describes it', async () => {
      for (const { tool } of calls) {
        const { data } = await connection.callTool('search_tools', { query: tool });
        expect((data as { tools: { name: string }[] }).tools[0]).toMatchObject({ name: tool });
        const described = await connection.callTool('describe_tool', { name: tool });
        expect(described.data).toMatchObject({ name: tool, inputSchema: { type: 'object' }, outputSchema: { type: 'object' } });
      }
    });

    it.each(calls.map((call) => [call.tool, call] as const))('calls %s as the client itself would', async (name, call) => {
      expect(await connection.callTool('call_tool', { name, arguments: call.args ?? {} })).toMatchObject({
        failed: false,
        data: expect.anything(),
      });
    });

    describeRest(() => connection, app.version);
  });
}

function describeRest(connection: () => Connection, version: string): void {
  it('knows no tool that is not there, and is no tool that it calls', async () => {
    for (const name of ['no_such_tool', ...searchTools]) {
      await expect(connection().callTool('call_tool', { name })).rejects.toMatchObject({ name: 'AppError' });
    }
  });

  it('answers the health of the server', async () => {
    for (const answer of [
      await connection().callTool('health_check'),
      await connection().callTool('call_tool', { name: 'health_check' }),
    ]) {
      expect(answer.data).toMatchObject({ status: 'ok', version });
    }
  });
}
