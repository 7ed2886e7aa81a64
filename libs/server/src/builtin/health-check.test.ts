import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { connectTo, eras, startCore } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { defineTool } = createDefiners<object>();
const add = defineTool({
  name: 'add',
  title: 'Add',
  description: 'Adds.',
  input: z.object({}),
  output: z.object({}),
  hints: { readOnly: true },
  run: async () => ({}),
});
const namesOf = (tools: readonly { name: string }[]): string[] => tools.map(({ name }) => name);

describe('health_check', () => {
  it.each(eras)('follows the own tools of a server and answers the report (%s)', async (era) => {
    const core = startCore({ tools: [add] });
    core.health.setSource({ activeSessions: () => 3, cacheHitRate: () => 0.5 });
    await using connected = await connectTo(core.runtime, { era, principal: { id: 'nobody', scopes: new Set() } });
    expect(namesOf((await connected.client.listTools()).tools)).toEqual(['add', 'health_check']);
    const { structuredContent, content } = await connected.client.callTool({ name: 'health_check', arguments: { more: 1 } });
    expect(structuredContent).toEqual({
      status: 'ok',
      uptime_seconds: expect.any(Number),
      active_sessions: 3,
      memory_mb: expect.any(Number),
      cache_hit_rate: 0.5,
      version: '1.2.3',
    });
    expect(content).toEqual([{ type: 'text', text: JSON.stringify(structuredContent) }]);
  });

  it('says what fails in one word, and the reason to nobody but the operator', async () => {
    const core = startCore({});
    core.health.addCheck('database', () => Promise.reject(new Error('postgres://ann:hunter2@db/x')));
    await using connected = await connectTo(core.runtime, { era: 'modern' });
    const result = await connected.client.callTool({ name: 'health_check', arguments: {} });
    expect(result.structuredContent).toMatchObject({ status: 'failing', cache_hit_rate: null });
    expect(JSON.stringify(result)).not.toMatch(/database|hunter2/);
  });

  it.each([
    [{ excludeTools: ['health_check'] }, ['add']],
    [{ tools: ['add'] }, ['add']],
    [{ tools: ['health_check'] }, ['health_check']],
  ])('is chosen by %j as other tools are', async (options, names) => {
    await using connected = await connectTo(startCore({ tools: [add] }, options).runtime, { era: 'modern' });
    expect(namesOf((await connected.client.listTools()).tools)).toEqual(names);
  });

  it('leaves a fixture of the protocol alone', async () => {
    const own = { ...add, name: 'health_check' };
    await using connected = await connectTo(startCore({ tools: [own], rules: 'protocol' }).runtime, { era: 'modern' });
    expect((await connected.client.callTool({ name: 'health_check', arguments: {} })).structuredContent).toEqual({});
  });
});
