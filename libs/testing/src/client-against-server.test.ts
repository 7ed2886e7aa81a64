import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConnectOptions } from '@trellis-mcp/client';
import { AppError, errorCodes } from '@trellis-mcp/errors';
import { createDefiners, defineServer, type Events, reply } from '@trellis-mcp/server';
import { until } from '@trellis-mcp/test-services';
import { z } from 'zod';
import { app as sample } from '../test/sample/app.ts';
import { connectOver, everyRoad } from './contract/roads.ts';
import { type InProcessServer, startInProcess } from './start-in-process.ts';

interface Deps {
  readonly events: Events;
}

const { defineTool, defineResource } = createDefiners<Deps>();
const shared = { output: z.object({}), hints: { readOnly: true } };

const app = defineServer({
  name: 'trellis-talker',
  title: 'Talker',
  version: '0.0.1',
  description: 'Fails, asks and tells.',
  instructions: 'A server for tests.',
  port: 3197,
  settings: sample.settings,
  openDeps: (_config, host): Promise<Deps> => Promise.resolve({ events: host.events }),
  tools: [
    defineTool({
      ...shared,
      name: 'fail',
      title: 'Fail',
      description: 'Fail with a code. Use in tests.',
      input: z.object({ code: z.enum(errorCodes).describe('The code.') }),
      run: ({ code }) =>
        Promise.reject(new AppError(code, `This is ${code}.`, { hint: 'Do better.', retryable: true, retryAfterMs: 7, details: { a: 1 } })),
    }),
    defineTool({
      ...shared,
      name: 'fail_with_data',
      title: 'Fail with data',
      description: 'Fail and give the data. Use in tests.',
      input: z.object({}),
      output: z.object({ row: z.number() }),
      run: () => Promise.resolve(reply({ row: 3 }, { text: 'Row 3 is wrong.', failed: true })),
    }),
    defineTool({
      ...shared,
      name: 'greet',
      title: 'Greet',
      description: 'Greet the user by name. Use in tests.',
      input: z.object({}),
      async run(_args, { ask, tell }) {
        const { name } = await ask('name', { message: 'Who are you?', schema: z.object({ name: z.string().min(2) }), flag: '--name' });
        tell('info', `greeting ${name}`);
        return reply({}, { text: `Hello ${name}` });
      },
    }),
  ],
  resources: [
    defineResource({
      name: 'note',
      title: 'Note',
      description: 'A note that changes.',
      uri: 'talk://note',
      mimeType: 'text/plain',
      read: () => Promise.resolve('noted'),
    }),
  ],
});

let server: InProcessServer<Deps>;

beforeAll(async () => {
  server = await startInProcess(app, { args: ['--transport', 'http', '--legacy-sessions'] });
});

afterAll(async () => {
  await server.close();
});

describe.each(everyRoad)('our client on our server (%s, %s)', (road, era) => {
  it('gets every error back whole, and INTERNAL without anything of ours', async () => {
    await using connection = await connectOver(road, server, { era });
    for (const code of errorCodes.filter((known) => known !== 'INTERNAL')) {
      const expected = { code, message: `This is ${code}.`, hint: 'Do better.', retryable: true, retryAfterMs: 7, details: { a: 1 } };
      await expect(connection.callTool('fail', { code })).rejects.toMatchObject(expected);
    }
    const internal: unknown = await connection.callTool('fail', { code: 'INTERNAL' }).catch((error: unknown) => error);
    expect(internal).toMatchObject({ code: 'INTERNAL', message: expect.not.stringContaining('This is') });
    expect(internal).not.toHaveProperty('hint');
    await expect(connection.readResource('talk://nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(connection.callTool('fail', { code: 'NO' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('gets the data of a call that failed', async () => {
    await using connection = await connectOver(road, server, { era });
    expect(await connection.callTool('fail_with_data')).toMatchObject({ failed: true, data: { row: 3 }, text: 'Row 3 is wrong.' });
  });
});

describe.each(everyRoad)('a conversation (%s, %s)', (road, era) => {
  it('answers questions, hears what is told, and is refused with the flag when it cannot answer', async () => {
    const logged: unknown[] = [];
    const options: ConnectOptions = {
      onAsk: () => Promise.resolve({ action: 'accept', content: { name: 'Ada' } }),
      onLog: ({ data }) => logged.push(data),
    };
    await using connection = await connectOver(road, server, { era, ...options });
    expect((await connection.callTool('greet')).text).toBe('Hello Ada');
    expect(logged).toEqual(['greeting Ada']);
    await using mute = await connectOver(road, server, { era });
    const refusal: unknown = await mute.callTool('greet').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'DENIED', message: expect.stringMatching(/ask the user/) });
    expect(JSON.stringify(refusal) + String(refusal)).toContain('--name');
  });

  it('hears of changes until it closes its subscription', async () => {
    const changed: string[] = [];
    await using connection = await connectOver(road, server, { era, onListChanged: (kind) => changed.push(kind) });
    const updated = Promise.withResolvers<string>();
    const subscription = await connection.subscribe(['talk://note'], updated.resolve);
    server.deps.events.resourceUpdated('talk://note');
    server.deps.events.toolsChanged();
    expect(await updated.promise).toBe('talk://note');
    await subscription.close();
    await subscription.closed;
    server.deps.events.toolsChanged();
    await until(() => changed.length >= 2);
    expect(new Set(changed)).toEqual(new Set(['tools']));
  });
});
