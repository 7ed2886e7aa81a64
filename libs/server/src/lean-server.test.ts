import { expect, it } from '@jest/globals';
import { InMemoryTransport, Server, type JSONRPCMessage, type Result } from '@modelcontextprotocol/server';
import { callParams } from './handle/call-params.ts';
import { LeanServer } from './lean-server.ts';

// What is compared with; deprecated in favour of the class around it.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const SdkServer = Server;

const plain = { name: 'a' };
const done = { content: [{ type: 'text', text: 'done' }] };
const asking = { resultType: 'input_required', inputRequests: { name: { method: 'roots/list' } }, requestState: 'state' };

/** What one kind of server answers to one call, and how often its handler ran. */
async function answerOf(Kind: typeof SdkServer, params: unknown, results: readonly unknown[]): Promise<{ answer: unknown; runs: number }> {
  const server = new Kind({ name: 'kind', version: '1.0.0' }, { capabilities: { tools: {} } });
  let runs = 0;
  server.setRequestHandler('tools/call', { params: callParams }, () => {
    const result = results[Math.min(runs, results.length - 1)];
    runs += 1;
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result as Result);
  });
  const [client, transport] = InMemoryTransport.createLinkedPair();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  client.onmessage = (message: JSONRPCMessage) => {
    if ('method' in message && 'id' in message) void client.send({ jsonrpc: '2.0', id: message.id, result: { roots: [] } });
    else if ('id' in message && message.id === 2) resolve(message);
  };
  await server.connect(transport);
  await client.start();
  const hello = { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: { name: 'test', version: '1.0.0' } };
  await client.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello });
  await client.send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: params as Record<string, unknown> });
  const answer = await promise;
  await server.close();
  return { answer, runs };
}

it.each<[string, unknown]>([
  ['plain', plain],
  ['arguments', { name: 'a', arguments: { b: [1, null] } }],
  ['a progress token', { name: 'a', _meta: { progressToken: 7 } }],
  ['other metadata', { name: 'a', _meta: { 'io.modelcontextprotocol/related-task': { taskId: 'b' } } }],
  ['no name', { arguments: {} }],
  ['a name that is a number', { name: 5 }],
  ['arguments that are a list', { name: 'a', arguments: [] }],
  ['arguments that are null', { name: 'a', arguments: null }],
  ['a member that nobody knows', { name: 'a', other: true }],
  ['a task', { name: 'a', task: 'soon' }],
])('answers a call as the SDK does: %s', async (_what, params) => {
  expect(await answerOf(LeanServer, params, [done])).toEqual(await answerOf(SdkServer, params, [done]));
});

it.each<[string, ...unknown[]]>([
  ['a text', done],
  ['data', { ...done, structuredContent: { a: [{ b: 1 }] } }],
  ['data that are a list', { ...done, structuredContent: [1] }],
  ['an error', { ...done, isError: true }],
  ['an error that is a word', { ...done, isError: 'yes' }],
  ['metadata', { ...done, _meta: { a: 1 } }],
  ['no content', { structuredContent: {} }],
  ['content that is no list', { content: 'text' }],
  ['no block', { content: [] }],
  ['two blocks', { content: [...done.content, ...done.content] }],
  ['a text that is a number', { content: [{ type: 'text', text: 5 }] }],
  ['a block of a kind that nobody knows', { content: [{ type: 'smell', text: 'rose' }] }],
  ['a text with annotations', { content: [{ type: 'text', text: 'a', annotations: { priority: 2 } }] }],
  ['a member that nobody knows', { ...done, other: true }],
  ['an error that is thrown', new Error('broken')],
  ['a question, then a text', asking, done],
  ['two questions, then a text', asking, asking, done],
  ['a question, then content that is no list', asking, { content: 'text' }],
])('passes a result on as the SDK does: %s', async (_what, ...results) => {
  const lean = await answerOf(LeanServer, plain, results);
  expect(lean).toEqual(await answerOf(SdkServer, plain, results));
  expect(lean.runs).toBe(results.length);
});

const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } };
const able = (capabilities: object): object => ({ ...hello, capabilities });
const called = (clientInfo: object): object => ({ ...hello, clientInfo });

/** What one kind of server answers to `initialize`, and what it then knows of the client. */
async function greetingOf(Kind: typeof SdkServer, params: unknown): Promise<unknown> {
  const server = new Kind({ name: 'kind', version: '1.0.0' }, { capabilities: { tools: {} }, instructions: 'Call a.' });
  const [client, transport] = InMemoryTransport.createLinkedPair();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  client.onmessage = resolve;
  await server.connect(transport);
  await client.start();
  await client.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: params as Record<string, unknown> });
  const answer = await promise;
  const { promise: initialized, resolve: initialize } = Promise.withResolvers<undefined>();
  server.oninitialized = () => initialize(undefined);
  await client.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await initialized;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- What every handler asks.
  const known = [server.getClientCapabilities(), server.getClientVersion(), server.getNegotiatedProtocolVersion()];
  await server.close();
  return { answer, known };
}

it.each<[string, unknown]>([
  ['plain', hello],
  ['an older version', { ...hello, protocolVersion: '2024-11-05' }],
  ['a version that nobody knows', { ...hello, protocolVersion: 'next' }],
  ['a version that is a number', { ...hello, protocolVersion: 1 }],
  ['no version', { capabilities: {}, clientInfo: hello.clientInfo }],
  ['no capabilities', { protocolVersion: '2025-06-18', clientInfo: hello.clientInfo }],
  ['nothing', {}],
  ['a member that nobody knows', { ...hello, other: true }],
  ['metadata', { ...hello, _meta: { progressToken: 1 } }],
  ['no client', { ...hello, clientInfo: null }],
  ['a client without a version', called({ name: 'test' })],
  ['a client with all of its texts', called({ name: 'a', version: '1', title: 'A', websiteUrl: 'https://a.example', description: 'b' })],
  ['a client with a title that is a number', called({ name: 'a', version: '1', title: 5 })],
  ['a client with icons', called({ name: 'a', version: '1', icons: [{ src: 'a.png' }] })],
  ['a client with a member that nobody knows', called({ name: 'a', version: '1', other: true })],
  ['roots', able({ roots: {} })],
  ['roots that change', able({ roots: { listChanged: true } })],
  ['roots that change perhaps', able({ roots: { listChanged: 'perhaps' } })],
  ['roots with a member that nobody knows', able({ roots: { other: true } })],
  ['roots that are a list', able({ roots: [] })],
  ['sampling', able({ sampling: {} })],
  ['sampling with tools', able({ sampling: { tools: {}, context: {} } })],
  ['sampling with tools that have members', able({ sampling: { tools: { a: [1] } } })],
  ['sampling with a member that nobody knows', able({ sampling: { other: {} } })],
  ['questions', able({ elicitation: {} })],
  ['questions in forms and by links', able({ elicitation: { form: {}, url: {} } })],
  ['questions in forms with defaults', able({ elicitation: { form: { applyDefaults: true } } })],
  ['questions with a member that nobody knows', able({ elicitation: { other: {} } })],
  ['questions in forms that are a word', able({ elicitation: { form: 'yes' } })],
  ['tasks', able({ tasks: { list: {} } })],
  ['experiments and extensions', able({ experimental: { a: {} }, extensions: { b: { c: 1 } } })],
  ['a capability that nobody knows', able({ other: {} })],
])('shakes hands as the SDK does: %s', async (_what, params) => {
  expect(await greetingOf(LeanServer, params)).toEqual(await greetingOf(SdkServer, params));
});
