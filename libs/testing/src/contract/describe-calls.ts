import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import type { AnyTool, CommonConfig } from '@trellis-mcp/server';
import { resolveConfig } from '../resolve-config.ts';
import { type InProcessServer, startInProcess } from '../start-in-process.ts';
import type { Contract } from './contract-options.ts';
import { secrets, withProbes } from './probe-tools.ts';
import { connectOver } from './roads.ts';

const roads = [
  ['modern', 'stdio'],
  ['legacy', 'stdio'],
  ['modern', 'WebSocket'],
  ['legacy', 'WebSocket'],
] as const;

/** Results within their budgets, errors that tell nothing of ours, refusals that a model can act on. */
export function describeCalls<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  const { app, args, calls } = contract;
  let server: InProcessServer<Deps>;

  beforeAll(async () => {
    server = await startInProcess(
      withProbes(app, () => undefined),
      { args },
    );
  });

  afterAll(async () => {
    await server.close();
  });

  describe.each(roads)('a call in the %s era over %s', (era, road) => {
    let connection: Connection;

    beforeAll(async () => {
      connection = await connectOver(road, server, { era });
      await connection.listTools();
    });

    it.each(calls.map((call) => [call.tool, call] as const))(
      'of %s answers what its schema says, within its budget',
      async (name, { args: input }) => {
        const answer = await connection.callTool(name, input);
        expect(answer).toMatchObject({ failed: false, data: expect.anything(), text: expect.stringMatching(/\S/) });
        const bytes = Buffer.byteLength(JSON.stringify({ data: answer.data, content: answer.content }));
        expect(bytes).toBeLessThanOrEqual((await findTool(contract, server.deps, name)).maxResultBytes ?? 100_000);
      },
    );

    describeFailures(() => connection);
  });

  it('has a sample call for each of its tools', async () => {
    await using own = await startInProcess(app, { args });
    const names = (await (await own.connect()).listTools()).map(({ name }) => name);
    expect(names.filter((name) => name !== 'health_check' && !calls.some(({ tool }) => tool === name))).toEqual([]);
  });
}

function describeFailures(connection: () => Connection): void {
  it('that fails by a bug tells one sentence with the request id and nothing of ours', async () => {
    const failure: unknown = await connection()
      .callTool('contract_fail')
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'INTERNAL', message: expect.stringMatching(/internal error.*under request \S{8,}/s) });
    const raw = JSON.stringify(await connection().raw.callTool({ name: 'contract_fail', arguments: {} }));
    expect([...secrets, 'TypeError', '    at '].filter((secret) => raw.includes(secret))).toEqual([]);
  });

  it('whose result is larger than its budget is cut to it, says so, and can be read whole', async () => {
    const result = await connection().raw.callTool({ name: 'contract_flood', arguments: {} });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(100_000);
    expect(result.content[0]).toMatchObject({ text: expect.stringContaining('are missing') });
    const [uri = ''] = result.content.flatMap((block) => (block.type === 'resource_link' ? [block.uri] : []));
    expect(await connection().readResource(uri)).toMatchObject([
      { text: expect.stringContaining('xxx') },
      { uri: expect.stringContaining('cursor=') },
    ]);
  });

  it('of an unknown tool is refused and names none of ours', async () => {
    const failure: unknown = await connection()
      .callTool('no_such_tool')
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'AppError' });
    expect(String(failure)).not.toContain('contract_');
  });

  it('with arguments of the wrong type is an error that names the argument', async () => {
    const result = await connection().raw.callTool({ name: 'contract_wait', arguments: { ms: 'soon' } });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('ms');
  });
}

/** The definition of a tool, also where the list is made from the configuration. */
async function findTool<Config extends CommonConfig, Deps>(
  { app, args }: Contract<Config, Deps>,
  deps: Deps,
  name: string,
): Promise<Pick<AnyTool<Deps>, 'maxResultBytes'>> {
  const { tools = [] } = app;
  const list = typeof tools === 'function' ? tools(await resolveConfig(app, args), deps) : tools;
  return list.find((tool) => tool.name === name) ?? {};
}
