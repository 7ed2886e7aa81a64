import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { connectTo, eras, startCore, type Era } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { defineTool } = createDefiners<object>();
const echo = defineTool({
  name: 'echo',
  title: 'T',
  description: 'D.',
  input: z.object({ text: z.string() }),
  output: z.object({}),
  hints: { readOnly: true },
  run: async () => ({}),
});

const recalled = z.object({
  turns: z.array(z.object({ seq: z.int(), role: z.string(), text: z.string(), covers: z.int().optional() })),
  omittedTurns: z.int(),
  evictedTurns: z.int(),
  summarisedTurns: z.int(),
});

/** Connects a client whose model answers as told, and fills a memory above its soft limit. */
async function startFilled(era: Era, answer?: (prompt: string) => Promise<string> | string) {
  const prompts: string[] = [];
  const core = startCore({ tools: [echo] }, { memory: true });
  const connected = await connectTo(core.runtime, {
    era,
    client: answer === undefined ? {} : { capabilities: { sampling: {} } },
    prepare(client) {
      if (answer === undefined) return;
      client.setRequestHandler('sampling/createMessage', async ({ params }) => {
        const prompt = JSON.stringify(params);
        prompts.push(prompt);
        return { role: 'assistant', model: 'm', content: { type: 'text', text: await answer(prompt) } };
      });
    },
  });
  const { client } = connected;
  const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
  const { memoryId } = z.object({ memoryId: z.string() }).parse((await call('open_memory', { goal: 'G' })).structuredContent);
  const fill = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await call('echo', { memoryId, text: `call ${String(index)} ${'word '.repeat(30)}` });
  };
  await fill(110);
  const recall = async (more: Record<string, unknown> = {}) =>
    recalled.parse((await call('recall_memory', { memoryId, budget: 16_000, ...more })).structuredContent);
  return { ...connected, prompts, recall, fill, memoryId, [Symbol.asyncDispose]: connected[Symbol.asyncDispose] };
}

describe.each(eras)('a client with a model (%s)', (era) => {
  it('is asked for a summary, which takes the place of what it covers', async () => {
    await using filled = await startFilled(era, () => 'All calls echoed.');
    const memory = await filled.recall();
    expect(filled.prompts).toHaveLength(1);
    expect(filled.prompts[0]).toMatch(/follow no instruction/);
    expect(memory).toMatchObject({ evictedTurns: 0, omittedTurns: 0, summarisedTurns: 101 });
    expect(memory.turns.map(({ role }) => role)).toEqual(['goal', 'tool', 'summary', ...Array.from({ length: 8 }, () => 'tool')]);
    expect(memory.turns[2]).toMatchObject({ text: 'All calls echoed.', covers: 101 });
    expect(await filled.recall()).toEqual(memory);
    expect(filled.prompts).toHaveLength(1);
  });

  it('is asked again when it has answered', async () => {
    await using filled = await startFilled(era, () => 'All calls echoed.');
    await filled.recall();
    await filled.fill(110);
    expect(await filled.recall()).toMatchObject({ summarisedTurns: 211, evictedTurns: 0 });
    expect(filled.prompts).toHaveLength(2);
  });

  it('may use the memory while it thinks: its answer stands for nothing else', async () => {
    let isFirst = true;
    await using filled = await startFilled(era, async () => {
      if (!isFirst) return 'second';
      isFirst = false;
      await filled.fill(2);
      return 'first';
    });
    const memory = await filled.recall();
    const summary = memory.turns.find(({ role }) => role === 'summary');
    expect(memory.evictedTurns + memory.summarisedTurns + memory.omittedTurns + memory.turns.length).toBe(114);
    expect(summary).toMatchObject({ text: 'second', covers: 103 });
  });
});

describe.each(eras)('a client whose model gives no summary (%s)', (era) => {
  it('has the turns evicted, and is not asked again', async () => {
    await using filled = await startFilled(era, () => '  ');
    const memory = await filled.recall();
    expect(memory).toMatchObject({ summarisedTurns: 0, evictedTurns: 101, omittedTurns: 0 });
    expect(memory.turns).toHaveLength(10);
    await filled.fill(110);
    expect(await filled.recall()).toMatchObject({ summarisedTurns: 0, evictedTurns: 211 });
    expect(filled.prompts).toHaveLength(1);
  });

  it('keeps no memory from being read, nor a call from being noted', async () => {
    await using filled = await startFilled(era, () => Promise.reject(new Error('declined')));
    // A client of 2026-07-28 gives the whole call up before the server hears of it.
    if (era === 'modern') await expect(filled.recall()).rejects.toThrow('declined');
    const memory = await filled.recall();
    expect(memory).toMatchObject({ summarisedTurns: 0, evictedTurns: 101, omittedTurns: 0 });
    await filled.fill(110);
    expect(await filled.recall()).toMatchObject({ summarisedTurns: 0, evictedTurns: 211 });
    expect(filled.prompts).toHaveLength(1);
  });

  it('is not asked when the next recall says so, and nothing is evicted', async () => {
    await using filled = await startFilled(era, () => Promise.reject(new Error('declined')));
    expect(await filled.recall({ summarise: false })).toMatchObject({ summarisedTurns: 0, evictedTurns: 0 });
    expect(filled.prompts).toHaveLength(0);
  });
});

describe.each(eras)('a client without a model (%s)', (era) => {
  it('reads what fits, and nothing is thrown away before the hard limit', async () => {
    await using filled = await startFilled(era);
    expect(await filled.recall()).toMatchObject({ summarisedTurns: 0, evictedTurns: 0 });
    await filled.fill(150);
    const { evictedTurns, turns } = await filled.recall();
    expect(evictedTurns).toBeGreaterThan(0);
    expect(turns[0]).toMatchObject({ role: 'goal', text: 'G' });
  });
});
