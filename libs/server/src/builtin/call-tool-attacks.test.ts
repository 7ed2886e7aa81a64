import { describe, expect, it } from '@jest/globals';
import { accept } from '../../test/fixture/asking-app.ts';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { makeSearchApp } from '../../test/fixture/search-app.ts';
import { startCore } from '../../test/fixture/start-core.ts';
import { guest, namesIn, startSearch as start } from '../../test/fixture/start-search.ts';

type Attack = readonly [what: string, args: Record<string, unknown>, verdict: string];

/** A direct call of the tool has the same answer. */
const innerAttacks: readonly Attack[] = [
  ['a tool that is not there', { name: 'nothing' }, 'Tool nothing not found'],
  ['a tool that the operator excluded', { name: 'flood' }, 'Tool flood not found'],
  ['a member of every object', { name: '__proto__' }, 'Tool __proto__ not found'],
  ['a method of every object', { name: 'constructor' }, 'Tool constructor not found'],
  ['another spelling', { name: 'Drop_All' }, 'Tool Drop_All not found'],
  ['a name with a space', { name: 'drop_all ' }, 'Tool drop_all  not found'],
  ['a very long name', { name: 'x'.repeat(100_000) }, `Tool ${'x'.repeat(128)} not found`],
  ['a tool beyond its scopes', { name: 'drop_all' }, 'DENIED'],
  ['arguments that the inner schema refuses', { name: 'list_tables', arguments: { schema: 'x'.repeat(11) } }, 'INVALID_INPUT'],
  ['a result that the inner schema refuses', { name: 'lie' }, 'INTERNAL'],
  ['more time than the inner tool has', { name: 'wait_long' }, 'TIMEOUT'],
  ['a question to a client that cannot be asked', { name: 'greet' }, 'cannot do that'],
];

const outerAttacks: readonly Attack[] = [
  ['itself', { name: 'call_tool', arguments: { name: 'list_tables' } }, 'Tool call_tool not found'],
  ['itself around itself', { name: 'call_tool', arguments: { name: 'call_tool', arguments: {} } }, 'Tool call_tool not found'],
  ['the search', { name: 'search_tools' }, 'Tool search_tools not found'],
  ['the description', { name: 'describe_tool', arguments: { name: 'drop_all' } }, 'Tool describe_tool not found'],
  ['no tool', {}, 'INVALID_INPUT'],
  ['a list of names', { name: ['list_tables'] }, 'INVALID_INPUT'],
  ['arguments as a text', { name: 'list_tables', arguments: '{"schema":"x"}' }, 'INVALID_INPUT'],
  ['arguments as a list', { name: 'list_tables', arguments: [] }, 'INVALID_INPUT'],
  ['arguments that are null', { name: 'list_tables', arguments: null }, 'INVALID_INPUT'],
  ['arguments beside their place', { name: 'list_tables', schema: 'x'.repeat(11) }, 'tables of public'],
];

describe('call_tool is no way around a check: it', () => {
  it.each([...innerAttacks, ...outerAttacks])('gets no further with %s', async (_what, args, verdict) => {
    await using server = await start({ principal: guest, excludeTools: ['flood'] });
    const answer = await server.call('call_tool', args).catch((error: unknown) => String(error));
    expect(JSON.stringify(answer)).toContain(verdict);
    expect(server.effects).toEqual([]);
  });

  it.each(innerAttacks)('answers as the tool itself does with %s', async (_what, { name, arguments: inner = {} }) => {
    await using server = await start({ principal: guest, excludeTools: ['flood'] });
    const answer = async (tool: string, args: unknown) =>
      JSON.stringify(await server.call(tool, args as Record<string, unknown>).catch((error: unknown) => String(error))).replaceAll(
        /under request \S+/g,
        '',
      );
    expect(await answer('call_tool', { name, arguments: inner })).toBe(await answer(String(name), inner));
  });
});

describe('call_tool', () => {
  it('offers nothing outside of --tools', async () => {
    await using server = await start({ tools: ['list_tables'] });
    expect(namesIn(await server.call('search_tools'))).toEqual(['list_tables']);
    await expect(server.call('call_tool', { name: 'health_check' })).rejects.toMatchObject({ code: -32602 });
  });

  it('holds the result of the inner tool to its budget', async () => {
    await using server = await start();
    const result = await server.call('call_tool', { name: 'flood' });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(100_000);
    expect(result.content.map(({ type }) => type)).toEqual(['text', 'resource_link']);
  });

  it('shows and describes no tool beyond the scopes of the caller, with the words for one that is not there', async () => {
    await using server = await start({ principal: guest });
    expect(namesIn(await server.call('search_tools', { query: 'drop all tables' }))).not.toContain('drop_all');
    expect(namesIn(await server.call('search_tools'))).not.toContain('drop_all');
    const hidden = JSON.stringify(await server.call('describe_tool', { name: 'drop_all' }));
    expect(hidden).toContain('NOT_FOUND');
    expect(hidden).toBe(JSON.stringify(await server.call('describe_tool', { name: 'drop_any' })).replaceAll('drop_any', 'drop_all'));
  });
});

describe('an answer of the user', () => {
  it('cannot be carried from one tool or its arguments to another', async () => {
    const { tools, effects } = makeSearchApp();
    const core = startCore({ tools }, { toolSearch: true });
    await using peer = await connectRaw(core.runtime);
    const through = (name: string, args: Record<string, unknown> = {}) => ({ name: 'call_tool', arguments: { name, arguments: args } });
    const { result } = await peer.send('tools/call', through('greet', { word: 'Hi' }));
    expect(result).toMatchObject({ resultType: 'input_required' });
    const answered = { requestState: result?.['requestState'], inputResponses: { who: accept({ name: 'Eve' }) } };
    expect((await peer.send('tools/call', { ...through('greet_once', { word: 'Hi' }), ...answered })).error?.code).toBe(-32602);
    expect((await peer.send('tools/call', { ...through('greet', { word: 'Bye' }), ...answered })).error?.code).toBe(-32602);
    expect(effects).toEqual([]);
    expect((await peer.send('tools/call', { ...through('greet', { word: 'Hi' }), ...answered })).result).toMatchObject({
      structuredContent: { text: 'Hi Eve' },
    });
  });

  it('cannot be redeemed twice, once on each way', async () => {
    const { tools, effects } = makeSearchApp();
    await using peer = await connectRaw(startCore({ tools }, { toolSearch: true }).runtime);
    const through = { name: 'call_tool', arguments: { name: 'greet_once', arguments: {} } };
    const { result } = await peer.send('tools/call', through);
    const answered = { requestState: result?.['requestState'], inputResponses: { who: accept({ name: 'Eve' }) } };
    expect((await peer.send('tools/call', { ...through, ...answered })).result).toMatchObject({ structuredContent: { text: 'Hello Eve' } });
    expect((await peer.send('tools/call', { name: 'greet_once', arguments: {}, ...answered })).error?.code).toBe(-32602);
    expect((await peer.send('tools/call', { ...through, ...answered })).error?.code).toBe(-32602);
    expect(effects).toEqual(['Hello Eve']);
  });
});
