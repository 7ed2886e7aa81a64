import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { until } from '@trellis-mcp/test-services';
import { startHttpServer } from '@trellis-mcp/testing';
import { openWriterGround, waitingWriters, type Writer, type WriterGround } from './contract-writers.ts';

const eras = ['modern', 'legacy'] as const;

/** Over memory streams, HTTP and WebSocket, in both eras. */
async function connectAll({ server }: WriterGround): Promise<readonly Connection[]> {
  const [url, websocketUrl] = await Promise.all([server.listen(), server.listenWebSocket()]);
  const open = eras.flatMap((era) => [
    server.connect({ era }),
    connect({ http: { url } }, { era }),
    connect({ websocket: { url: websocketUrl } }, { era }),
  ]);
  return await Promise.all(open);
}

const mistakes = [
  ['write_file', { path: '../x', content: 'x' }, 'DENIED'],
  ['write_file', { path: 'edited.md', content: 'x', ifMatch: 'another' }, 'CONFLICT'],
  ['write_file', { path: 'none/x', content: 'x' }, 'NOT_FOUND'],
  ['edit_file', { path: 'edited.md', edits: [{ oldText: 'none', newText: 'x' }] }, 'INVALID_INPUT'],
  ['edit_file', { path: 'none.md', edits: [{ oldText: 'old', newText: 'x' }] }, 'NOT_FOUND'],
  ['move', { from: 'moved.md', to: 'copied.md' }, 'CONFLICT'],
  ['move', { from: 'none.md', to: 'x.md' }, 'NOT_FOUND'],
  ['copy', { from: 'copied.md', to: 'moved.md' }, 'CONFLICT'],
  ['copy', { from: '/etc/passwd', to: 'x.md' }, 'DENIED'],
  ['make_directory', { path: 'copied.md' }, 'INVALID_INPUT'],
  ['make_directory', { path: '../x' }, 'DENIED'],
  ['delete', { path: 'none.md' }, 'NOT_FOUND'],
  ['delete', { path: '.' }, 'DENIED'],
  ['restore', { trashId: 'none' }, 'NOT_FOUND'],
  ['restore', {}, 'INVALID_INPUT'],
] as const;

describe('a tool that writes', () => {
  let ground: WriterGround;
  let connections: readonly Connection[];
  let before: Awaited<ReturnType<WriterGround['list']>>;

  beforeAll(async () => {
    ground = await openWriterGround();
    connections = await connectAll(ground);
    before = await ground.list();
  });

  afterAll(async () => {
    await Promise.all(connections.map(async (connection) => connection.close()));
    await ground[Symbol.asyncDispose]();
  });

  it.each(waitingWriters.map((writer) => [writer.tool, writer] as const))(
    'ends when it is cancelled while it waits for its turn, on every road, and changes nothing (%s)',
    async (_tool, writer) => {
      for (const connection of connections) {
        const held = await ground.hold();
        const controller = new AbortController();
        const call = expect(ground.call(writer, connection, controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
        await until(() => held.counts.asked === 1);
        controller.abort();
        await call;
        await until(() => held.counts.ended === 1);
        await held.release();
      }
      expect(await ground.list()).toEqual(before);
    },
  );

  it.each(mistakes)('fails in the same words on every road, and changes nothing: %s %j', async (name, args, code) => {
    const results = await Promise.all(connections.map(async ({ raw }) => raw.callTool({ name, arguments: args })));
    for (const { isError, structuredContent, content, _meta } of results) {
      expect({ isError, structuredContent, content }).toEqual({
        isError: true,
        structuredContent: undefined,
        content: results[0]?.content,
      });
      expect(_meta?.['io.trellis/error']).toMatchObject({ code });
    }
    expect(await ground.list()).toEqual(before);
  });
});

/** Has every tool that can wait make its call, each on its own road, and resolves when all of them wait. */
async function callAll(ground: WriterGround, connections: readonly Connection[]) {
  const held = await ground.hold();
  const calls = waitingWriters.map(async (writer: Writer, index) => {
    const connection = connections[index % connections.length];
    return connection === undefined ? undefined : ground.call(writer, connection);
  });
  const outcomes = Promise.allSettled(calls);
  await until(() => held.counts.asked === waitingWriters.length);
  return { held, outcomes };
}

const failures = (error: object) => waitingWriters.map(() => ({ status: 'rejected', reason: expect.objectContaining(error) }));

describe('all tools that write, while their turn has not come', () => {
  it('end at their deadline, change nothing and say that they can be tried again', async () => {
    await using ground = await openWriterGround({ timeoutMs: 2000 });
    const before = await ground.list();
    const { held, outcomes } = await callAll(ground, await connectAll(ground));
    expect(await outcomes).toEqual(failures({ code: 'TIMEOUT', retryable: true }));
    await until(() => held.counts.ended === waitingWriters.length);
    await held.release();
    expect(await ground.list()).toEqual(before);
  });

  it('are done and answered by a server that drains', async () => {
    await using ground = await openWriterGround();
    const { held, outcomes } = await callAll(ground, await connectAll(ground));
    const closed = ground.server.close();
    await until(() => ground.server.host.lifecycle.phase === 'draining');
    await held.release();
    expect(await outcomes).toEqual(waitingWriters.map(() => expect.objectContaining({ status: 'fulfilled' })));
    await closed;
    expect(await ground.list()).toEqual({
      'copied.md': 'old',
      'edited.md': 'new',
      'folder/copied.md': 'old',
      'folder/moved.md': 'old',
      'restored.md': 'old',
      'written.md': 'new',
    });
  });

  it('are stopped and change nothing when the drain runs out', async () => {
    await using ground = await openWriterGround({ args: ['--drain-timeout-ms', '100'] });
    const before = await ground.list();
    const { held, outcomes } = await callAll(ground, [await ground.server.connect()]);
    const closed = ground.server.close();
    expect(await outcomes).toEqual(failures({ code: 'CANCELLED' }));
    await until(() => held.counts.ended === waitingWriters.length);
    await closed;
    await held.release();
    expect(await ground.list()).toEqual(before);
  });
});

describe('a copy of many files, under way', () => {
  const copyMany = ['copy', { from: 'many', to: 'copy-of-many' }] as const;
  const count = 1500;

  async function fill(root: string): Promise<void> {
    await mkdir(join(root, 'many'));
    for (let index = 0; index < count; index += 1) await writeFile(join(root, 'many', String(index)), 'one');
  }

  const isUnderWay = async (root: string): Promise<boolean> => (await readdir(root)).some((name) => name.endsWith('.tmp'));

  it('is taken back when it is cancelled', async () => {
    await using ground = await openWriterGround();
    await fill(ground.root);
    const controller = new AbortController();
    const call = (await ground.server.connect()).callTool(...copyMany, { signal: controller.signal });
    const outcome = expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => isUnderWay(ground.root));
    controller.abort();
    await outcome;
    await until(async () => !(await isUnderWay(ground.root)));
    expect(await readdir(ground.root)).not.toContain('copy-of-many');
  });

  it('is finished and answered by a program that is told to stop', async () => {
    await using ground = await openWriterGround();
    await fill(ground.root);
    await using server = await startHttpServer(new URL('../src/main.ts', import.meta.url), ['--root', `root=${ground.root}`, '--write']);
    await using client = await connect({ http: { url: server.url } });
    const answer = client.callTool(...copyMany);
    await until(() => isUnderWay(ground.root));
    server.probe.kill('SIGTERM');
    expect((await answer).data).toMatchObject({ to: 'copy-of-many', skipped: 0 });
    expect(await server.probe.exit).toEqual({ code: 0, signal: null });
    expect(await readdir(join(ground.root, 'copy-of-many'))).toHaveLength(count);
    expect(await isUnderWay(ground.root)).toBe(false);
  });
});
