import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { until } from '@trellis-mcp/test-services';
import { accept, makeAskingApp, nameSchema } from '../../test/fixture/asking-app.ts';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { connectTo, startCore } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { defineTool } = createDefiners<object>();
const keyA = 'a:' + 'A'.repeat(40);
const keyB = 'b:' + 'B'.repeat(40);

const call = (tool: string, args: Record<string, unknown> = {}) => ({ name: tool, arguments: args });
const answers = { who: accept({ name: 'Eve' }) };

async function askFirst(core: ReturnType<typeof startCore>, params: Record<string, unknown>): Promise<string> {
  await using peer = await connectRaw(core.runtime);
  const { result } = await peer.send('tools/call', params);
  expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { who: { method: 'elicitation/create' } } });
  return String(result?.['requestState']);
}

const changed = (token: string, at: number) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);

const attacks: [string, (state: string) => { params?: Record<string, unknown>; principal?: string; laterMs?: number; keys?: string[] }][] =
  [
    ['with its first byte changed', (state) => ({ params: { requestState: changed(state, 4) } })],
    ['with its last byte changed', (state) => ({ params: { requestState: changed(state, state.length - 1) } })],
    ['with text behind it', (state) => ({ params: { requestState: `${state}-TAMPERED` } })],
    ['with a space inside it', (state) => ({ params: { requestState: `${state.slice(0, 20)} ${state.slice(20)}` } })],
    ['with padding behind it', (state) => ({ params: { requestState: `${state}=` } })],
    ['with another key id', (state) => ({ params: { requestState: state.replace(/^a\./, 'b.') } })],
    ['that is empty', () => ({ params: { requestState: '' } })],
    ['that is no string', () => ({ params: { requestState: { round: 1 } } })],
    ['of another principal', () => ({ principal: 'mallory' })],
    ['of other arguments', () => ({ params: { arguments: { word: 'Bye' } } })],
    ['of another tool', () => ({ params: { name: 'greet_once' } })],
    ['that expired', () => ({ laterMs: 31 * 60_000 })],
    ['sealed with a key that was rotated out', () => ({ keys: [keyB] })],
  ];

it.each(attacks)('is refused %s', async (_title, attack) => {
  const { tools, effects } = makeAskingApp();
  let now = Date.now();
  const options = { now: () => now, stateKeys: [keyA] };
  const state = await askFirst(startCore({ tools }, options), call('greet'));
  const { params = {}, principal = 'local', laterMs = 0, keys = [keyA] } = attack(state);
  now += laterMs;
  const { runtime } = startCore({ tools }, { ...options, stateKeys: keys });
  await using peer = await connectRaw(runtime, { principal: { id: principal, scopes: 'all' } });
  const answer = await peer.send('tools/call', { ...call('greet'), requestState: state, inputResponses: answers, ...params });
  expect(answer).toMatchObject({ error: { code: -32602, data: { reason: 'invalid_request_state' } } });
  expect(effects).toEqual([]);
});

it('is accepted by another process with the same keys, and while its key is still in the ring', async () => {
  const { tools } = makeAskingApp();
  const state = await askFirst(startCore({ tools }, { stateKeys: [keyA] }), call('greet'));
  const { runtime } = startCore({ tools }, { stateKeys: [keyB, keyA] });
  await using peer = await connectRaw(runtime);
  const answer = await peer.send('tools/call', { ...call('greet'), requestState: state, inputResponses: answers });
  expect(answer.result).toMatchObject({ structuredContent: { text: 'Hello Eve' } });
});

it('is refused when it is replayed to a singleUse tool, and the effect happens once', async () => {
  const { tools, effects } = makeAskingApp();
  const core = startCore({ tools });
  const state = await askFirst(core, call('greet_once'));
  await using peer = await connectRaw(core.runtime);
  const again = { ...call('greet_once'), requestState: state, inputResponses: answers };
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => peer.send('tools/call', again)));
  const outcomes = [first, second, third].map((answer) => answer?.error?.code ?? 'done');
  expect(outcomes.sort()).toEqual([-32602, -32602, 'done']);
  expect(effects).toEqual(['Hello Eve']);
});

it('may be left out by a modern client, but not for a singleUse tool, which asks', async () => {
  const { tools, effects } = makeAskingApp();
  await using peer = await connectRaw(startCore({ tools }).runtime);
  const direct = await peer.send('tools/call', { ...call('greet'), inputResponses: answers });
  expect(direct.result).toMatchObject({ structuredContent: { text: 'Hello Eve' } });
  const single = await peer.send('tools/call', { ...call('greet_once'), inputResponses: answers });
  expect(single.result).toMatchObject({ resultType: 'input_required' });
  expect(effects).toHaveLength(1);
});

it('cannot be given or forged by a legacy client, whose answers never leave the connection', async () => {
  const { tools, effects } = makeAskingApp();
  const core = startCore({ tools }, { stateKeys: [keyA] });
  const state = await askFirst(core, call('greet'));
  await using peer = await connectRaw(core.runtime, { era: 'legacy', capabilities: {} });
  const bare = await peer.send('tools/call', { ...call('greet'), inputResponses: answers });
  expect(bare.result).toMatchObject({ isError: true });
  const forged = await peer.send('tools/call', { ...call('greet'), inputResponses: answers, requestState: changed(state, 9) });
  expect(forged.error?.code).toBe(-32602);
  expect(effects).toEqual([]);
});

it('brings answers to the questions of its round only', async () => {
  const { tools } = makeAskingApp();
  await using peer = await connectRaw(startCore({ tools }).runtime);
  const first = await peer.send('tools/call', call('ask_both'));
  const requestState = first.result?.['requestState'];
  const early = { first: accept({ name: 'Ada' }), second: accept({ name: 'Bob' }), third: accept({ name: 'Eve' }) };
  const second = await peer.send('tools/call', { ...call('ask_both'), requestState, inputResponses: early });
  expect(second.result).toMatchObject({ resultType: 'input_required', inputRequests: { third: { params: { message: 'After Ada?' } } } });
});

it('is needed by a legacy client: answers that it sends by itself are asked for all the same', async () => {
  const { tools, effects } = makeAskingApp();
  await using peer = await connectRaw(startCore({ tools }).runtime, { era: 'legacy' });
  void peer.send('tools/call', { ...call('greet'), inputResponses: answers });
  await until(() => peer.notifications.length > 0);
  expect(peer.notifications).toMatchObject([{ method: 'elicitation/create' }]);
  expect(effects).toEqual([]);
});

it('cannot be read by the client', async () => {
  const { tools } = makeAskingApp();
  const state = await askFirst(startCore({ tools }), call('greet', { word: 'Geheimnis' }));
  expect(Buffer.from(state, 'base64').toString('latin1')).not.toMatch(/Geheimnis|answers|asked/);
});

it('expires for a legacy client that answers too late', async () => {
  const { tools, effects } = makeAskingApp();
  let now = Date.now();
  const { runtime } = startCore({ tools }, { now: () => now });
  await using connected = await connectTo(runtime, {
    era: 'legacy',
    client: { capabilities: { elicitation: { form: {} } } },
    prepare: (client) => {
      client.setRequestHandler('elicitation/create', () => {
        now += 31 * 60_000;
        return { action: 'accept', content: { name: 'Late' } };
      });
    },
  });
  await expect(connected.client.callTool({ name: 'greet', arguments: {} })).rejects.toMatchObject({ code: -32602 });
  expect(effects).toEqual([]);
});

it('ends after eight rounds', async () => {
  let asked = 0;
  const nosy = defineTool({
    name: 'nosy',
    title: 'T',
    description: 'D.',
    input: z.object({}),
    output: z.object({}),
    hints: { readOnly: true },
    async run(_args, { ask: askUser }) {
      for (let index = 0; index < 20; index += 1) await askUser(`q${index}`, { message: `${index}?`, schema: nameSchema });
      return {};
    },
  });
  await using peer = await connectRaw(startCore({ tools: [nosy] }).runtime);
  let requestState: unknown;
  for (;;) {
    const inputResponses = requestState === undefined ? {} : { [`q${asked - 1}`]: accept({ name: 'Ada' }) };
    const { result } = await peer.send('tools/call', {
      ...call('nosy'),
      ...(requestState !== undefined && { requestState, inputResponses }),
    });
    if (result?.['resultType'] !== 'input_required') {
      expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'LIMIT' } } });
      break;
    }
    requestState = result['requestState'];
    asked += 1;
  }
  expect(asked).toBe(8);
});
