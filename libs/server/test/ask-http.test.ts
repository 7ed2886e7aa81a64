import { expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { accept, makeAskingApp } from './fixture/asking-app.ts';
import { startCore } from './fixture/start-core.ts';
import { startHttp } from './fixture/start-http.ts';

const stateKeys = ['k:' + 'k'.repeat(40)];

/** Two replicas that share nothing but their keys. */
async function startReplicas() {
  const { tools, effects } = makeAskingApp();
  const start = async () => {
    const { runtime } = startCore({ tools }, { stateKeys });
    return startHttp({}, { createServer: runtime.createServer, bus: runtime.bus });
  };
  const [first, second] = [await start(), await start()];
  const stop = async (): Promise<void> => {
    await Promise.all([first.stop(), second.stop()]);
  };
  return { first, second, effects, [Symbol.asyncDispose]: stop };
}

async function connect(url: string | URL, answer: unknown, fetch?: typeof globalThis.fetch): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: answer === undefined ? {} : { elicitation: { form: {} } } },
  );
  if (answer !== undefined) client.setRequestHandler('elicitation/create', () => answer as { action: 'accept' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), fetch === undefined ? {} : { fetch }));
  return client;
}

it('asks over HTTP, and another replica takes the answer', async () => {
  await using replicas = await startReplicas();
  const { first, second, effects } = replicas;
  let requests = 0;
  const alternate: typeof globalThis.fetch = (input, init) => {
    requests += 1;
    const target = requests % 2 === 0 ? first.url : second.url;
    return fetch(typeof input === 'string' || input instanceof URL ? target : input, init);
  };
  const client = await connect(first.url, accept({ name: 'Ada' }), alternate);
  expect((await client.callTool({ name: 'ask_both', arguments: {} })).structuredContent).toEqual({ text: 'Ada,Ada,Ada' });
  expect((await client.callTool({ name: 'greet', arguments: {} })).structuredContent).toEqual({ text: 'Hello Ada' });
  expect(requests).toBeGreaterThan(5);
  expect(effects).toEqual(['Hello Ada']);
  await client.close();
});

it.each([['decline'], ['cancel']])('is DENIED on %s over HTTP', async (action) => {
  await using replicas = await startReplicas();
  const client = await connect(replicas.first.url, { action });
  expect(await client.callTool({ name: 'greet', arguments: {} })).toMatchObject({
    isError: true,
    _meta: { 'io.trellis/error': { code: 'DENIED', details: { action } } },
  });
  await client.close();
});

it('refuses over HTTP what the client did not declare', async () => {
  await using replicas = await startReplicas();
  const client = await connect(replicas.first.url, undefined);
  await expect(client.callTool({ name: 'greet', arguments: {} })).rejects.toMatchObject({ code: -32021 });
  await client.close();
});
