import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { connectTo, eras, startCore, type ConnectToOptions, type Era } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { defineTool, definePrompt, defineResource } = createDefiners<object>();
const name = z.object({ name: z.string().min(2).describe('Your name.') });

/** Counts what happens after the last question: it must happen once per answered call. */
function makeApp() {
  const effects: string[] = [];
  const common = { title: 'T', description: 'D.', output: z.object({ text: z.string() }), hints: { readOnly: false } };
  const greet = defineTool({
    ...common,
    name: 'greet',
    input: z.object({ word: z.string().default('Hello') }),
    async run({ word }, { ask }) {
      const answer = await ask('who', { message: 'Who are you?', schema: name, flag: '--allow-strangers' });
      effects.push(`${word} ${answer.name}`);
      return { text: `${word} ${answer.name}` };
    },
  });
  const both = defineTool({
    ...common,
    name: 'ask_both',
    input: z.object({}),
    async run(_args, { ask }) {
      const [first, second] = await Promise.all([
        ask('first', { message: 'First?', schema: name }),
        ask('second', { message: 'Second?', schema: name }),
      ]);
      const third = await ask('third', { message: `After ${first.name}?`, schema: name });
      return { text: [first.name, second.name, third.name].join() };
    },
  });
  return { tools: [greet, both, { ...greet, name: 'greet_once', singleUse: true }], effects };
}

function answering(answers: readonly unknown[], era: Era): ConnectToOptions & { asked: string[] } {
  const asked: string[] = [];
  let next = 0;
  return {
    era,
    asked,
    client: { capabilities: { elicitation: { form: {} } } },
    prepare: (client) => {
      client.setRequestHandler('elicitation/create', ({ params }) => {
        asked.push(params.message);
        const answer = answers[Math.min(next, answers.length - 1)];
        next += 1;
        return answer as { action: 'accept' };
      });
    },
  };
}

const accept = (content: Record<string, unknown>) => ({ action: 'accept', content });

describe.each(eras)('ask with a %s client', (era) => {
  it('resolves to the accepted content and runs the effect once', async () => {
    const { tools, effects } = makeApp();
    await using connected = await connectTo(startCore({ tools }).runtime, answering([accept({ name: 'Ada' })], era));
    const result = await connected.client.callTool({ name: 'greet', arguments: {} });
    expect(result.structuredContent).toEqual({ text: 'Hello Ada' });
    expect(effects).toEqual(['Hello Ada']);
  });

  it.each([
    ['decline', 'The user declined.'],
    ['cancel', 'The user dismissed the question.'],
  ])('is DENIED on %s', async (action, text) => {
    const { tools, effects } = makeApp();
    await using connected = await connectTo(startCore({ tools }).runtime, answering([{ action }], era));
    const result = await connected.client.callTool({ name: 'greet', arguments: {} });
    expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'DENIED', details: { action } } } });
    expect(JSON.stringify(result.content)).toContain(text);
    expect(result.structuredContent).toBeUndefined();
    expect(effects).toEqual([]);
  });

  it('asks again once for content that does not fit', async () => {
    const { tools, effects } = makeApp();
    const options = answering([accept({ name: 'A' }), accept({ name: 'Ada' })], era);
    await using connected = await connectTo(startCore({ tools }).runtime, options);
    expect((await connected.client.callTool({ name: 'greet', arguments: {} })).structuredContent).toEqual({ text: 'Hello Ada' });
    expect(options.asked).toEqual(['Who are you?', expect.stringContaining('The last answer does not fit: name')]);
    expect(effects).toHaveLength(1);
  });

  it('is INVALID_INPUT when content does not fit twice', async () => {
    const { tools, effects } = makeApp();
    const options = answering([accept({ name: 'A' })], era);
    await using connected = await connectTo(startCore({ tools }).runtime, options);
    const result = await connected.client.callTool({ name: 'greet', arguments: {} });
    expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'INVALID_INPUT' } } });
    expect(options.asked).toHaveLength(2);
    expect(effects).toEqual([]);
  });

  it('is DENIED with the flag of the operator when the client cannot ask', async () => {
    const { tools, effects } = makeApp();
    await using connected = await connectTo(startCore({ tools }).runtime, { era });
    const answer = connected.client.callTool({ name: 'greet', arguments: {} });
    if (era === 'modern') {
      const data = { requiredCapabilities: { elicitation: { form: {} } } };
      await expect(answer).rejects.toMatchObject({ code: -32021, data, message: expect.stringContaining('--allow-strangers') });
    } else {
      const result = await answer;
      expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'DENIED' } } });
      expect(JSON.stringify(result.content)).toContain('--allow-strangers');
    }
    expect(effects).toEqual([]);
  });

  it('asks two questions at once and keeps their answers for the third', async () => {
    const { tools } = makeApp();
    const options = answering([accept({ name: 'Ada' })], era);
    await using connected = await connectTo(startCore({ tools }).runtime, options);
    const result = await connected.client.callTool({ name: 'ask_both', arguments: {} });
    expect(result.structuredContent).toEqual({ text: 'Ada,Ada,Ada' });
    expect(options.asked).toEqual(['First?', 'Second?', 'After Ada?']);
  });

  it('works in a singleUse tool, in prompts and in resources', async () => {
    const { tools } = makeApp();
    const texts = { title: 'T', description: 'D.' };
    const prompt = definePrompt({
      ...texts,
      name: 'ask_name',
      input: z.object({}),
      render: async (_args, { ask }) => `For ${(await ask('who', { message: 'Who?', schema: name })).name}`,
    });
    const resource = defineResource({
      ...texts,
      name: 'asked',
      uri: 'test://asked',
      mimeType: 'text/plain',
      read: async ({ ask }) => (await ask('who', { message: 'Who?', schema: name })).name,
    });
    const { runtime } = startCore({ tools, prompts: [prompt], resources: [resource] });
    await using connected = await connectTo(runtime, answering([accept({ name: 'Ada' })], era));
    const { client } = connected;
    expect((await client.callTool({ name: 'greet_once', arguments: {} })).structuredContent).toEqual({ text: 'Hello Ada' });
    expect((await client.getPrompt({ name: 'ask_name' })).messages).toMatchObject([{ content: { text: 'For Ada' } }]);
    expect((await client.readResource({ uri: 'test://asked' })).contents).toMatchObject([{ text: 'Ada' }]);
  });
});

const keyA = 'a:' + 'A'.repeat(40);
const keyB = 'b:' + 'B'.repeat(40);

describe('the state of a question', () => {
  const call = (tool: string, args: Record<string, unknown> = {}) => ({ name: tool, arguments: args });
  const answers = { who: accept({ name: 'Eve' }) };

  async function ask(core: ReturnType<typeof startCore>, params: Record<string, unknown>): Promise<string> {
    await using peer = await connectRaw(core.runtime);
    const { result } = await peer.send('tools/call', params);
    expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { who: { method: 'elicitation/create' } } });
    return String(result?.['requestState']);
  }

  const changed = (token: string, at: number) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);

  const attacks: [
    string,
    (state: string) => { params?: Record<string, unknown>; principal?: string; laterMs?: number; keys?: string[] },
  ][] = [
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
    const { tools, effects } = makeApp();
    let now = Date.now();
    const options = { now: () => now, stateKeys: [keyA] };
    const state = await ask(startCore({ tools }, options), call('greet'));
    const { params = {}, principal = 'local', laterMs = 0, keys = [keyA] } = attack(state);
    now += laterMs;
    const { runtime } = startCore({ tools }, { ...options, stateKeys: keys });
    await using peer = await connectRaw(runtime, { principal: { id: principal, scopes: 'all' } });
    const answer = await peer.send('tools/call', { ...call('greet'), requestState: state, inputResponses: answers, ...params });
    expect(answer).toMatchObject({ error: { code: -32602, data: { reason: 'invalid_request_state' } } });
    expect(effects).toEqual([]);
  });

  it('is accepted by another process with the same keys, and while its key is still in the ring', async () => {
    const { tools } = makeApp();
    const state = await ask(startCore({ tools }, { stateKeys: [keyA] }), call('greet'));
    const { runtime } = startCore({ tools }, { stateKeys: [keyB, keyA] });
    await using peer = await connectRaw(runtime);
    const answer = await peer.send('tools/call', { ...call('greet'), requestState: state, inputResponses: answers });
    expect(answer.result).toMatchObject({ structuredContent: { text: 'Hello Eve' } });
  });

  it('is refused when it is replayed to a singleUse tool, and the effect happens once', async () => {
    const { tools, effects } = makeApp();
    const core = startCore({ tools });
    const state = await ask(core, call('greet_once'));
    await using peer = await connectRaw(core.runtime);
    const again = { ...call('greet_once'), requestState: state, inputResponses: answers };
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => peer.send('tools/call', again)));
    const outcomes = [first, second, third].map((answer) => answer?.error?.code ?? 'done');
    expect(outcomes.sort()).toEqual([-32602, -32602, 'done']);
    expect(effects).toEqual(['Hello Eve']);
  });

  it('may be left out by a modern client, but not for a singleUse tool, which asks', async () => {
    const { tools, effects } = makeApp();
    await using peer = await connectRaw(startCore({ tools }).runtime);
    const direct = await peer.send('tools/call', { ...call('greet'), inputResponses: answers });
    expect(direct.result).toMatchObject({ structuredContent: { text: 'Hello Eve' } });
    const single = await peer.send('tools/call', { ...call('greet_once'), inputResponses: answers });
    expect(single.result).toMatchObject({ resultType: 'input_required' });
    expect(effects).toHaveLength(1);
  });

  it('cannot be given or forged by a legacy client, whose answers never leave the connection', async () => {
    const { tools, effects } = makeApp();
    const core = startCore({ tools }, { stateKeys: [keyA] });
    const state = await ask(core, call('greet'));
    await using peer = await connectRaw(core.runtime, { era: 'legacy', capabilities: {} });
    const bare = await peer.send('tools/call', { ...call('greet'), inputResponses: answers });
    expect(bare.result).toMatchObject({ isError: true });
    const forged = await peer.send('tools/call', { ...call('greet'), inputResponses: answers, requestState: changed(state, 9) });
    expect(forged.error?.code).toBe(-32602);
    expect(effects).toEqual([]);
  });

  it('cannot be read by the client', async () => {
    const { tools } = makeApp();
    const state = await ask(startCore({ tools }), call('greet', { word: 'Geheimnis' }));
    expect(Buffer.from(state, 'base64').toString('latin1')).not.toMatch(/Geheimnis|answers|asked/);
  });

  it('expires for a legacy client that answers too late', async () => {
    const { tools, effects } = makeApp();
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
        for (let index = 0; index < 20; index += 1) await askUser(`q${index}`, { message: `${index}?`, schema: name });
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
});
