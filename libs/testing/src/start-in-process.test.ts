import { describe, expect, it } from '@jest/globals';
import { app, tools } from '../test/sample/app.ts';
import { connectV1 } from './connect-v1.ts';
import { startInProcess } from './start-in-process.ts';

describe('a server in this process', () => {
  it('answers clients of both eras at once', async () => {
    await using server = await startInProcess(app);
    const clients = await Promise.all((['modern', 'legacy', 'auto'] as const).map((era) => server.connect({ era })));
    expect(clients.map(({ era }) => era)).toEqual(['modern', 'legacy', 'modern']);
    for (const client of clients) expect((await client.callTool('count_words', { text: 'a b c' })).data).toEqual({ words: 3 });
  });

  it('takes flags as the program does', async () => {
    await using server = await startInProcess(app, { args: ['--exclude-tools', 'list_words'] });
    const client = await server.connect();
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['count_words', 'health_check']);
    await expect(startInProcess(app, { args: ['--no-such-flag'] })).rejects.toThrow('--no-such-flag');
  });

  it('calls for the principal it was given', async () => {
    const principal = { id: 'guest', scopes: new Set<string>() };
    const scoped = { ...app, tools: tools.map((tool) => ({ ...tool, scopes: ['words:read'] })) };
    await using server = await startInProcess(scoped, { principal });
    const client = await server.connect();
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['health_check']);
    await expect(client.callTool('list_words')).rejects.toMatchObject({ code: 'DENIED' });
  });

  it('opens its dependencies once and closes them', async () => {
    const seen: string[] = [];
    const watched: typeof app = {
      ...app,
      openDeps(config, host) {
        seen.push('open');
        host.lifecycle.onClose('words', () => void seen.push('close'));
        return app.openDeps(config, host);
      },
    };
    const server = await startInProcess(watched);
    await server.connect();
    await server.connect();
    await server.close();
    expect(seen).toEqual(['open', 'close']);
  });
});

it('serves the real client of SDK v1 over HTTP, with sessions and without', async () => {
  for (const flags of [[], ['--legacy-sessions']]) {
    await using server = await startInProcess(app, { args: ['--transport', 'http', ...flags] });
    await using v1 = await connectV1({ url: await server.listen() });
    expect((await v1.client.listTools()).tools).toHaveLength(3);
    expect(await v1.client.callTool({ name: 'list_words', arguments: { limit: 1 } })).toMatchObject({
      structuredContent: { words: ['one'] },
    });
  }
});
