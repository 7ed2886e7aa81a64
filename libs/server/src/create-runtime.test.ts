import { expect, it } from '@jest/globals';
import { silentLogger } from '@trellis-mcp/logging';
import { z } from 'zod';
import { connectTo, eras, startCore, type CoreOptions } from '../test/fixture/start-core.ts';
import { createDefiners } from './create-definers.ts';

const { defineTool, defineResource, definePrompt } = createDefiners<object>();

const greet = defineTool({
  name: 'greet',
  title: 'Greet',
  description: 'Greets somebody.',
  input: z.object({ name: z.string().default('you') }),
  output: z.object({ greeting: z.string() }),
  hints: { readOnly: true },
  run: async ({ name }) => ({ greeting: `Hello, ${name}!` }),
});
const motto = defineResource({
  name: 'motto',
  title: 'Motto',
  description: 'What we live by.',
  uri: 'test://motto',
  mimeType: 'text/plain',
  read: async () => 'Grow.',
});
const page = defineResource({
  name: 'page',
  title: 'Page',
  description: 'A page by number.',
  uriTemplate: 'test://page/{number}',
  mimeType: 'text/plain',
  list: async () => [{ uri: 'test://page/1', name: 'one' }],
  complete: { number: async (value) => ['1', '12', '2'].filter((number) => number.startsWith(value)) },
  read: async ({ number }) => `Page ${number}`,
});
const explain = definePrompt({
  name: 'explain',
  title: 'Explain',
  description: 'Explains a topic.',
  input: z.object({ topic: z.string().describe('What to explain.') }),
  render: async ({ topic }) => `Explain ${topic}.`,
});
const app = { tools: [greet], resources: [motto, page], prompts: [explain] };

it.each(eras)('serves tools, resources, prompts and completions to a %s client', async (era) => {
  const { runtime } = startCore(app);
  await using connected = await connectTo(runtime, { era });
  const { client } = connected;
  expect((await client.listTools()).tools).toMatchObject([
    { name: 'greet', annotations: { readOnlyHint: true, destructiveHint: false } },
    { name: 'health_check' },
  ]);
  expect(await client.callTool({ name: 'greet', arguments: { name: 'Ada' } })).toMatchObject({
    content: [{ type: 'text', text: '{"greeting":"Hello, Ada!"}' }],
    structuredContent: { greeting: 'Hello, Ada!' },
  });
  expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['test://motto', 'test://page/1']);
  expect((await client.listResourceTemplates()).resourceTemplates).toMatchObject([{ uriTemplate: 'test://page/{number}' }]);
  expect((await client.readResource({ uri: 'test://motto' })).contents).toEqual([
    { uri: 'test://motto', mimeType: 'text/plain', text: 'Grow.' },
  ]);
  expect((await client.readResource({ uri: 'test://page/7' })).contents).toMatchObject([{ text: 'Page 7' }]);
  expect((await client.listPrompts()).prompts).toMatchObject([{ name: 'explain', arguments: [{ name: 'topic', required: true }] }]);
  expect((await client.getPrompt({ name: 'explain', arguments: { topic: 'trees' } })).messages).toMatchObject([
    { role: 'user', content: { type: 'text', text: 'Explain trees.' } },
  ]);
  const ref = { type: 'ref/resource', uri: 'test://page/{number}' } as const;
  const { completion } = await client.complete({ ref, argument: { name: 'number', value: '1' } });
  expect(completion).toEqual({ values: ['1', '12'], total: 2, hasMore: false });
  expect(connected.errors).toEqual([]);
});

it('warns when used answers are forgotten before the keys that seal them', () => {
  const stateKeys = ['k'.repeat(32)];
  const warningsOf = (tools: Parameters<typeof startCore>[0]['tools'], options: CoreOptions): string[] => {
    const said: string[] = [];
    const log = Object.assign(silentLogger(), { warn: (_fields: object, text: string) => void said.push(text) });
    startCore({ tools: tools ?? [] }, { ...options, log });
    return said;
  };
  const once = { ...greet, singleUse: true };
  expect(warningsOf([once], { stateKeys })).toEqual([expect.stringMatching(/Set --redis-url or --cache-path/)]);
  expect(warningsOf([greet], { stateKeys })).toEqual([]);
  expect(warningsOf([once], {})).toEqual([]);
});
