import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@trellis-mcp/test-services';
import { z } from 'zod';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { connectTo, eras, startCore, type CoreOptions } from '../../test/fixture/start-core.ts';
import type { Call } from '../call.ts';
import type { AnyTool } from '../define.ts';

function toolThat(run: (call: Call<object>) => Promise<unknown>): AnyTool<object> {
  return {
    name: 'probe',
    title: 'Probe',
    description: 'Does what the test says.',
    input: z.object({}),
    output: z.object({}).loose(),
    hints: { readOnly: true },
    run: async (_args, call) => (await run(call)) ?? {},
  };
}

interface Seen {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** What a client hears of a call; `run` may look at it while it is called. */
async function progressOf(run: (call: Call<object>, seen: readonly Seen[]) => Promise<unknown>, options: CoreOptions = {}) {
  const seen: Seen[] = [];
  const { runtime } = startCore({ tools: [toolThat((call) => run(call, seen))] }, options);
  await using connected = await connectTo(runtime, { era: 'modern' });
  await connected.client.callTool({ name: 'probe', arguments: {} }, { onprogress: (progress) => seen.push(progress) });
  await sleep(20);
  return seen;
}

describe('progress', () => {
  it('reaches the client as reported, growing values only', async () => {
    const seen = await progressOf(async ({ progress }) => {
      progress(0, 10, 'start');
      progress(5, 10);
      progress(5, 10);
      progress(3, 10);
      progress(Number.NaN);
      progress(10, 10, 'end');
    });
    expect(seen).toEqual([
      { progress: 0, total: 10, message: 'start' },
      { progress: 5, total: 10 },
      { progress: 10, total: 10, message: 'end' },
    ]);
  });

  it('beats while a handler says nothing, always with a larger value, and stops with the call', async () => {
    const seen = await progressOf(
      async ({ progress }, heard) => {
        await until(() => heard.length >= 2);
        progress(1, 2, 'half');
        await until(() => heard.filter(({ message }) => message === 'half').length >= 3);
        progress(2, 2);
        await until(() => heard.at(-2)?.progress === 2);
      },
      { heartbeatMs: 20 },
    );
    expect(seen.map(({ progress }) => progress)).toEqual([...new Set(seen.map(({ progress }) => progress))].sort((a, b) => a - b));
    expect(seen.filter(({ progress, total }) => total !== undefined && progress > total)).toEqual([]);
    const count = seen.length;
    await sleep(100);
    expect(seen).toHaveLength(count);
  });

  it('is bounded for a handler that reports in a loop', async () => {
    const seen = await progressOf(async ({ progress }) => {
      for (let done = 0; done < 100_000; done += 1) progress(done);
    });
    expect(seen.length).toBeLessThan(200);
  });

  it('is nothing to a client that did not ask for it', async () => {
    const { runtime } = startCore({ tools: [toolThat(async ({ progress }) => progress(1))] }, { heartbeatMs: 1 });
    await using peer = await connectRaw(runtime);
    await peer.send('tools/call', { name: 'probe', arguments: {} });
    expect(peer.notifications).toEqual([]);
  });
});

describe('tell', () => {
  const chatty = toolThat(async ({ tell }) => {
    tell('debug', 'quiet');
    tell('error', 'loud');
  });
  const texts = (messages: readonly unknown[]) => messages.map((message) => (message as { params?: { data?: unknown } }).params?.data);

  it('honours the level of a legacy connection', async () => {
    await using peer = await connectRaw(startCore({ tools: [chatty] }).runtime, { era: 'legacy' });
    await peer.send('logging/setLevel', { level: 'warning' });
    await peer.send('tools/call', { name: 'probe', arguments: {} });
    expect(texts(peer.notifications)).toEqual(['loud']);
  });

  it('honours the level of a modern request, and is silent without one', async () => {
    await using peer = await connectRaw(startCore({ tools: [chatty] }).runtime);
    await peer.send('tools/call', { name: 'probe', arguments: {} });
    expect(peer.notifications).toEqual([]);
    await peer.send('tools/call', { name: 'probe', arguments: {}, _meta: { 'io.modelcontextprotocol/logLevel': 'debug' } });
    expect(texts(peer.notifications)).toEqual(['quiet', 'loud']);
  });

  it('ends after 1,000 messages and with the call', async () => {
    let late: Call<object>['tell'] | undefined;
    const flood = toolThat(async ({ tell }) => {
      late = tell;
      for (let index = 0; index < 5000; index += 1) tell('info', 'x'.repeat(20_000));
    });
    await using peer = await connectRaw(startCore({ tools: [flood] }).runtime, { era: 'legacy' });
    await peer.send('tools/call', { name: 'probe', arguments: {} });
    late?.('info', 'too late');
    await sleep(10);
    expect(peer.notifications).toHaveLength(1000);
    expect(texts(peer.notifications).at(-1)).toMatch(/Too many messages/);
    expect(String(texts(peer.notifications)[0])).toHaveLength(8000);
  });
});

describe.each(eras)('a %s client', (era) => {
  it('samples and tells its roots when it can', async () => {
    const tool = toolThat(async ({ sample, roots, can }) => {
      const [reply, list] = await Promise.all([sample('joke', { messages: [{ role: 'user', text: 'A joke?' }], maxTokens: 10 }), roots()]);
      return { text: reply.text, roots: list.map(({ uri }) => uri), can: [can('ask'), can('sample'), can('roots')] };
    });
    await using connected = await connectTo(startCore({ tools: [tool] }).runtime, {
      era,
      client: { capabilities: { sampling: {}, roots: {} } },
      prepare: (client) => {
        client.setRequestHandler('sampling/createMessage', () => ({
          role: 'assistant',
          model: 'm',
          content: { type: 'text', text: 'Ha.' },
        }));
        client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///home', name: 'Home' }] }));
      },
    });
    const { structuredContent } = await connected.client.callTool({ name: 'probe', arguments: {} });
    expect(structuredContent).toEqual({ text: 'Ha.', roots: ['file:///home'], can: [false, true, true] });
  });
});

it('seals for the handler and principal, and has one text for every token that does not open', async () => {
  const seals: AnyTool<object> = { ...toolThat(async ({ seal }) => ({ token: seal({ page: 2 }, { ttlMs: 1000 }) })), name: 'seals' };
  const opens = toolThat(async () => ({}));
  let now = 0;
  const core = startCore(
    {
      tools: [
        seals,
        {
          ...opens,
          name: 'other',
          input: z.object({ token: z.string() }),
          run: async (args, { unseal }) => ({ value: unseal((args as { token: string }).token) }),
        },
      ],
    },
    { now: () => now },
  );
  await using connected = await connectTo(core.runtime, { era: 'modern' });
  const { structuredContent } = await connected.client.callTool({ name: 'seals', arguments: {} });
  const token = String((structuredContent as { token?: unknown }).token);
  const texts = new Set<string>();
  for (const candidate of [token, `${token}x`, '', 'a.b']) {
    const result = await connected.client.callTool({ name: 'other', arguments: { token: candidate } });
    expect(result).toMatchObject({ _meta: { 'io.trellis/error': { code: 'INVALID_INPUT' } } });
    texts.add(JSON.stringify(result.content));
  }
  now += 1;
  expect(texts.size).toBe(1);
});
