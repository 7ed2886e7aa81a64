import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { accept, makeAskingApp, nameSchema } from '../../test/fixture/asking-app.ts';
import { connectTo, eras, startCore, type ConnectToOptions, type Era } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { definePrompt, defineResource } = createDefiners<object>();

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

it.each(eras)('resolves to the accepted content and runs the effect once (%s)', async (era) => {
  const { tools, effects } = makeAskingApp();
  await using connected = await connectTo(startCore({ tools }).runtime, answering([accept({ name: 'Ada' })], era));
  const result = await connected.client.callTool({ name: 'greet', arguments: {} });
  expect(result.structuredContent).toEqual({ text: 'Hello Ada' });
  expect(effects).toEqual(['Hello Ada']);
});

it.each(
  eras.flatMap((era) => [[era, 'decline', 'The user declined.'] as const, [era, 'cancel', 'The user dismissed the question.'] as const]),
)('is DENIED (%s, %s)', async (era, action, text) => {
  const { tools, effects } = makeAskingApp();
  await using connected = await connectTo(startCore({ tools }).runtime, answering([{ action }], era));
  const result = await connected.client.callTool({ name: 'greet', arguments: {} });
  expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'DENIED', details: { action } } } });
  expect(JSON.stringify(result.content)).toContain(text);
  expect(result.structuredContent).toBeUndefined();
  expect(effects).toEqual([]);
});

it.each(eras)('asks again once for content that does not fit (%s)', async (era) => {
  const { tools, effects } = makeAskingApp();
  const options = answering([accept({ name: 'A' }), accept({ name: 'Ada' })], era);
  await using connected = await connectTo(startCore({ tools }).runtime, options);
  expect((await connected.client.callTool({ name: 'greet', arguments: {} })).structuredContent).toEqual({ text: 'Hello Ada' });
  expect(options.asked).toEqual(['Who are you?', expect.stringContaining('The last answer does not fit: name')]);
  expect(effects).toHaveLength(1);
});

it.each(eras)('is INVALID_INPUT when content does not fit twice (%s)', async (era) => {
  const { tools, effects } = makeAskingApp();
  const options = answering([accept({ name: 'A' })], era);
  await using connected = await connectTo(startCore({ tools }).runtime, options);
  const result = await connected.client.callTool({ name: 'greet', arguments: {} });
  expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'INVALID_INPUT' } } });
  expect(options.asked).toHaveLength(2);
  expect(effects).toEqual([]);
});

it.each(eras)('is DENIED with the flag of the operator when the client cannot ask (%s)', async (era) => {
  const { tools, effects } = makeAskingApp();
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

it.each(eras)('asks two questions at once and keeps their answers for the third (%s)', async (era) => {
  const { tools } = makeAskingApp();
  const options = answering([accept({ name: 'Ada' })], era);
  await using connected = await connectTo(startCore({ tools }).runtime, options);
  const result = await connected.client.callTool({ name: 'ask_both', arguments: {} });
  expect(result.structuredContent).toEqual({ text: 'Ada,Ada,Ada' });
  expect(options.asked).toEqual(['First?', 'Second?', 'After Ada?']);
});

it.each(eras)('works in a singleUse tool, in prompts and in resources (%s)', async (era) => {
  const { tools } = makeAskingApp();
  const texts = { title: 'T', description: 'D.' };
  const prompt = definePrompt({
    ...texts,
    name: 'ask_name',
    input: z.object({}),
    render: async (_args, { ask }) => `For ${(await ask('who', { message: 'Who?', schema: nameSchema })).name}`,
  });
  const resource = defineResource({
    ...texts,
    name: 'asked',
    uri: 'test://asked',
    mimeType: 'text/plain',
    read: async ({ ask }) => (await ask('who', { message: 'Who?', schema: nameSchema })).name,
  });
  const { runtime } = startCore({ tools, prompts: [prompt], resources: [resource] });
  await using connected = await connectTo(runtime, answering([accept({ name: 'Ada' })], era));
  const { client } = connected;
  expect((await client.callTool({ name: 'greet_once', arguments: {} })).structuredContent).toEqual({ text: 'Hello Ada' });
  expect((await client.getPrompt({ name: 'ask_name' })).messages).toMatchObject([{ content: { text: 'For Ada' } }]);
  expect((await client.readResource({ uri: 'test://asked' })).contents).toMatchObject([{ text: 'Ada' }]);
});
