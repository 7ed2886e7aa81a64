import { describe, expect, it } from '@jest/globals';
import { openRedis } from '@trellis-mcp/stores';
import { startRedis } from '@trellis-mcp/test-services';
import { z } from 'zod';
import { connectTo, eras, startCore, type CoreOptions } from '../../test/fixture/start-core.ts';
import type { AnyPrompt, AnyTool } from '../define.ts';
import { parseRates } from './parse-rates.ts';
import { RecentKeys } from './recent-keys.ts';

const tool = (name: string): AnyTool<object> => ({
  name,
  title: name,
  description: 'Does it.',
  input: z.object({}),
  output: z.object({ done: z.boolean() }),
  hints: { readOnly: true },
  run: async () => ({ done: true }),
});
const prompt: AnyPrompt<object> = {
  name: 'ask_it',
  title: 'Ask it',
  description: 'Asks.',
  input: z.object({}),
  render: async () => 'text',
};
const app = { tools: [tool('do_it'), tool('do_more')], prompts: [prompt] };

type Peer = Awaited<ReturnType<typeof connectTo>>;

const call = async ({ client }: Peer, name = 'do_it'): Promise<string> => {
  const { isError, _meta } = await client.callTool({ name });
  return isError === true ? (_meta?.['io.trellis/error'] as { code: string }).code : 'ok';
};
const callTimes = async (peer: Peer, times: number, name?: string): Promise<string[]> => {
  const outcomes: string[] = [];
  for (let time = 0; time < times; time += 1) outcomes.push(await call(peer, name));
  return outcomes;
};
const connectAs = (core: ReturnType<typeof startCore>, id: string, tenant?: string): Promise<Peer> =>
  connectTo(core.runtime, { era: 'modern', principal: { id, scopes: 'all', ...(tenant !== undefined && { tenant }) } });

describe('--rate-limit', () => {
  it.each(eras)('refuses one call too many, says for how long, and counts it (%s)', async (era) => {
    const core = startCore(app, { rateLimit: ['2/m'] });
    await using peer = await connectTo(core.runtime, { era });
    expect(await callTimes(peer, 2)).toEqual(['ok', 'ok']);
    const refused = await peer.client.callTool({ name: 'do_it' });
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^More than 2 calls of do_it in a minute\.\nWait \d+ ms/) }],
      _meta: { 'io.trellis/error': { code: 'LIMIT', retryable: true, retryAfterMs: expect.any(Number), details: { limit: 2 } } },
    });
    expect(await core.health.metrics.text()).toMatch(/outcome="LIMIT"/);
  });

  it('counts each caller, tenant and tool for itself', async () => {
    const core = startCore(app, { rateLimit: ['1/m'] });
    const peers = await Promise.all([connectAs(core, 'ada'), connectAs(core, 'bob'), connectAs(core, 'ada', 'acme')]);
    for (const peer of peers) expect(await callTimes(peer, 2)).toEqual(['ok', 'LIMIT']);
    for (const peer of peers) expect(await call(peer, 'do_more')).toBe('ok');
    await expect(peers[0].client.getPrompt({ name: 'ask_it' })).resolves.toBeDefined();
    await expect(peers[0].client.getPrompt({ name: 'ask_it' })).rejects.toThrow(/More than 1 calls of ask_it/);
    await Promise.all(peers.map((peer) => peer.close()));
  });

  it('takes a rate for one tool, and lets calls through again when the time is up', async () => {
    const core = startCore(app, { rateLimit: ['do_it=1/s'] });
    await using peer = await connectAs(core, 'ada');
    expect(await callTimes(peer, 2)).toEqual(['ok', 'LIMIT']);
    expect(await callTimes(peer, 20, 'do_more')).not.toContain('LIMIT');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await call(peer)).toBe('ok');
  });

  it('counts a call through call_tool as a call of the tool', async () => {
    const core = startCore(app, { rateLimit: ['do_it=1/m'], toolSearch: true });
    await using peer = await connectAs(core, 'ada');
    expect(await call(peer)).toBe('ok');
    const { _meta } = await peer.client.callTool({ name: 'call_tool', arguments: { name: 'do_it' } });
    expect(_meta).toMatchObject({ 'io.trellis/error': { code: 'LIMIT' } });
  });

  it('is off unless it is asked for', async () => {
    await using peer = await connectAs(startCore(app), 'ada');
    expect(new Set(await callTimes(peer, 50))).toEqual(new Set(['ok']));
  });

  it('refuses a tool that is not there', () => {
    expect(() => startCore(app, { rateLimit: ['do_its=1/m'] })).toThrow('there is no tool "do_its"');
  });
});

describe('with Redis', () => {
  it('counts over all processes, and each for itself while Redis is away', async () => {
    const redis = await startRedis();
    const connections = await Promise.all([openRedis(redis.url), openRedis(redis.url)]);
    const start = (index: 0 | 1): ReturnType<typeof startCore> => {
      const options: CoreOptions = { rateLimit: ['3/m'], stateKeys: ['k'.repeat(32)], redis: connections[index] };
      return startCore(app, options);
    };
    const [one, two] = [await connectAs(start(0), 'ada'), await connectAs(start(1), 'ada')];
    expect([await callTimes(one, 2), await callTimes(two, 2)]).toEqual([
      ['ok', 'ok'],
      ['ok', 'LIMIT'],
    ]);
    await redis.kill();
    expect(await callTimes(one, 4, 'do_more')).toEqual(['ok', 'ok', 'ok', 'LIMIT']);
    await Promise.all([one.close(), two.close(), ...connections.map((connection) => connection.close())]);
    await redis.stop();
  });
});

it('remembers a bounded number of callers', () => {
  const keys = new RecentKeys(2);
  expect(['a', 'b', 'a', 'c', 'd'].map((key) => keys.note(key))).toEqual([undefined, undefined, undefined, 'b', 'a']);
});

it('reads rates, the last of a tool', () => {
  const { general, byTool } = parseRates(['5/s', 'query=1/m', 'query=2/h', '600/m'], new Set(['query']));
  expect(general).toEqual({ points: 600, seconds: 60 });
  expect([...byTool]).toEqual([['query', { points: 2, seconds: 3_600 }]]);
});
