import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport, inputRequired, McpServer, type CallToolResult, type ServerContext } from '@modelcontextprotocol/server';
import { expect, it } from '@jest/globals';
import { askModel } from './ask-model.ts';
import { readSample } from './read-answer.ts';

const done: CallToolResult = { content: [{ type: 'text', text: 'done' }] };
const question = inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: 'Q' } }], maxTokens: 10 });

/** A 2025-era client whose model answers as told, and a server whose one tool asks it. */
async function callAsking(answer: (signal: AbortSignal) => Promise<string>) {
  const { server } = new McpServer({ name: 's', version: '1.0.0' }, { capabilities: { tools: {} } });
  const seen: unknown[] = [];
  const run = async ({ mcpReq }: ServerContext): Promise<CallToolResult> => {
    seen.push(mcpReq.requestState(), mcpReq.inputResponses);
    return done;
  };
  server.setRequestHandler('tools/call', (_request, ctx) =>
    askModel(inputRequired({ inputRequests: { q: question }, requestState: 'token' }), ctx, { run, maxWaitMs: 50 }),
  );
  const client = new Client({ name: 'c', version: '1.0.0' }, { capabilities: { sampling: {} }, versionNegotiation: { mode: 'legacy' } });
  client.setRequestHandler('sampling/createMessage', async (_request, { mcpReq }) => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: await answer(mcpReq.signal) },
  }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  const result = await client.callTool({ name: 'asking' });
  await client.close();
  return { result, state: seen[0], answers: seen[1] as { q: unknown } };
}

it('runs the handler again with what the model said', async () => {
  const { result, state, answers } = await callAsking(async () => 'A');
  expect(result).toMatchObject(done);
  expect(state).toBe('token');
  expect(readSample(answers.q)).toEqual({ text: 'A', model: 'm' });
});

it.each<[string, (signal: AbortSignal) => Promise<string>]>([
  ['refuses', () => Promise.reject(new Error('declined'))],
  ['never answers', () => new Promise(() => undefined)],
])('runs it with a refusal when the client %s', async (_, answer) => {
  const { result, answers } = await callAsking(answer);
  expect(result).toMatchObject(done);
  expect(() => readSample(answers.q)).toThrow(expect.objectContaining({ code: 'DENIED' }));
});

it('tells a client that takes too long to stop', async () => {
  let told: AbortSignal | undefined;
  await callAsking((signal) => {
    told = signal;
    return new Promise(() => undefined);
  });
  expect(told?.aborted).toBe(true);
});
