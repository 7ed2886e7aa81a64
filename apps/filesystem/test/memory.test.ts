import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { z } from 'zod';
import { app } from '../src/app.ts';

const eras = ['modern', 'legacy'] as const;
const recalled = z.object({ turns: z.array(z.object({ role: z.string(), text: z.string() })) });
const listed = z.object({ entries: z.array(z.object({ name: z.string() })) });

/** Long enough that a page of 1,000 is more than a result may have. */
const names = Array.from({ length: 700 }, (_, index) => `${String(index).padStart(4, '0')}-${'long'.repeat(30)}.txt`);

let root: string;
let server: InProcessServer<unknown>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trellis-memory-'));
  await mkdir(join(root, 'many'));
  await writeFile(join(root, 'a.txt'), 'one\ntwo\n');
  await Promise.all(names.map((name) => writeFile(join(root, 'many', name), '')));
  server = await startInProcess(app, { args: [root, '--write', '--no-confirm', '--memory', '--max-read-bytes', '1MiB'] });
});

afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

it.each(eras)('remembers calls that are made with a memoryId (%s)', async (era) => {
  const client = await server.connect({ era });
  const { memoryId } = z.object({ memoryId: z.string() }).parse((await client.callTool('open_memory', {})).data);
  await client.callTool('read_file', { memoryId, path: 'a.txt', offset: 2 });
  await client.callTool('write_file', { memoryId, path: `${era}.txt`, content: 'written' });
  await expect(client.callTool('stat', { memoryId, path: '/etc/passwd' })).rejects.toMatchObject({ code: 'DENIED' });
  const { turns } = recalled.parse((await client.callTool('recall_memory', { memoryId })).data);
  expect(turns.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^read_file \{"path":"a\.txt","offset":2\} -> ok, \d+ bytes$/),
    expect.stringMatching(/^write_file .* -> ok, \d+ bytes$/),
    expect.stringMatching(/^stat \{"path":"\/etc\/passwd"\} -> DENIED: The path is outside of the roots/),
  ]);
});

it.each(eras)('cuts what is over the budget of a result, and keeps it whole (%s)', async (era) => {
  const client = await server.connect({ era });
  const { data, content, text } = await client.callTool('list_directory', { path: 'many', limit: 1000 });
  const { entries } = listed.parse(data);
  expect(entries.length).toBeLessThan(names.length);
  expect([entries[0]?.name, entries.at(-1)?.name]).toEqual([names[0], names.at(-1)]);
  expect(text).toContain('of 700 items are missing');
  const link = content.find((part) => part.type === 'resource_link');
  const whole = listed.parse(JSON.parse(await readWhole(client, link?.uri)));
  expect(whole.entries.map(({ name }) => name)).toEqual(names);
});

async function readWhole(client: Connection, uri: string | undefined): Promise<string> {
  let text = '';
  for (let next: unknown = uri; typeof next === 'string';) {
    const [part] = await client.readResource(next);
    text += part !== undefined && 'text' in part ? part.text : '';
    next = part?._meta?.['io.trellis/next'];
  }
  return text;
}
