import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { app } from '../app.ts';

let root: string;
let server: InProcessServer<unknown>;
let client: Connection;

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)]);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trellis-tools-'));
  await writeFile(join(root, 'short.txt'), 'one\ntwo\n');
  await writeFile(join(root, 'long.txt'), Array.from({ length: 3_000 }, (_, index) => `line ${index + 1}\n`).join(''));
  await writeFile(join(root, 'picture.png'), png);
  await writeFile(join(root, 'huge.png'), png);
  await truncate(join(root, 'huge.png'), 2 ** 30);
  await writeFile(join(root, 'false.png'), 'no picture');
  await writeFile(join(root, 'sound.mp3'), Buffer.from('ID3\x04\0\0', 'latin1'));
  server = await startInProcess(app, { args: [root] });
  client = await server.connect();
});

afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

/** The result as it is on the wire. */
async function call(name: string, args: Record<string, unknown>) {
  return client.raw.callTool({ name, arguments: args });
}

describe('read_file', () => {
  it('gives a short file in the data and in the text, for clients that read only one of them', async () => {
    const { content, structuredContent } = await call('read_file', { path: 'short.txt' });
    expect(structuredContent).toMatchObject({ text: 'one\ntwo\n', totalLines: 2, totalBytes: 8, truncated: false });
    expect(content).toEqual([{ type: 'text', text: expect.stringMatching(/^one\ntwo\n\[lines 1 to 2 of 2; etag \S{16}\]$/) as unknown }]);
  });

  it('never carries a long text twice at length, and says in either place how to go on', async () => {
    const { content, structuredContent } = await call('read_file', { path: 'long.txt' });
    expect(structuredContent).toMatchObject({ firstLine: 1, totalLines: 3_000 });
    const [{ text = '' } = {}] = content as { text?: string }[];
    expect(text.length).toBeLessThan(8_500);
    const next = Number(/offset (\d+)/.exec(text)?.[1]);
    expect(text).toContain(`line ${next - 1}\n`);
    expect(text).not.toContain(`line ${next}\n`);
    expect((await client.callTool('read_file', { path: 'long.txt', offset: next, limit: 1 })).data).toMatchObject({
      text: `line ${next}\n`,
      nextOffset: next + 1,
    });
  });

  it('sends pictures and sounds as what they are', async () => {
    const picture = await call('read_file', { path: 'picture.png' });
    expect(picture.content).toContainEqual({ type: 'image', mimeType: 'image/png', data: png.toString('base64') });
    expect(picture.structuredContent).toMatchObject({ mimeType: 'image/png', totalBytes: 108, truncated: false });
    expect((await call('read_file', { path: 'sound.mp3' })).content).toContainEqual(
      expect.objectContaining({ type: 'audio', mimeType: 'audio/mpeg' }),
    );
  });

  it('links to one that is too large, and takes a name alone for nothing', async () => {
    const { content } = await call('read_file', { path: 'huge.png' });
    const link = (content as { type: string; uri?: string }[]).find(({ type }) => type === 'resource_link');
    expect(link).toMatchObject({ name: 'huge.png', mimeType: 'image/png' });
    expect(await client.readResource(`${link?.uri ?? ''}?limit=4`)).toMatchObject([{ blob: 'iVBORw==' }]);
    expect((await client.callTool('read_file', { path: 'false.png' })).data).toMatchObject({ text: 'no picture' });
  });

  it('gives bytes of a picture to whoever asks for bytes', async () => {
    const { data } = await client.callTool('read_file', { path: 'picture.png', unit: 'byte', limit: 4 });
    expect(data).toMatchObject({ base64: 'iVBORw==', nextOffset: 4, truncated: true });
  });
});

describe('read_files', () => {
  it('gives each file its result or its error', async () => {
    const { data } = await client.callTool('read_files', { paths: ['short.txt', 'none', '/etc/passwd', 'long.txt'], limit: 2 });
    expect(data).toMatchObject({
      files: [
        { path: 'short.txt', text: 'one\ntwo\n', truncated: false },
        { path: 'none', error: { code: 'NOT_FOUND' } },
        { path: '/etc/passwd', error: { code: 'DENIED' } },
        { path: 'long.txt', text: 'line 1\nline 2\n', nextOffset: 3, truncated: true },
      ],
    });
  });

  it('shares what one page holds among the files', async () => {
    const { content, structuredContent } = await call('read_files', { paths: Array.from({ length: 20 }, () => 'long.txt') });
    expect(Buffer.byteLength(JSON.stringify(structuredContent))).toBeLessThan(80_000);
    expect((content as { text: string }[])[0]?.text.length).toBeLessThan(14_000);
  });

  it('takes at most 20', async () => {
    const tooMany = client.callTool('read_files', { paths: Array.from({ length: 21 }, () => 'short.txt') });
    await expect(tooMany).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
