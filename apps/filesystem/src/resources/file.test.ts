import { mkdir, mkdtemp, realpath, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { until } from '@trellis-mcp/test-services';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { app } from '../app.ts';
import type { Deps } from '../deps.ts';

let top: string;
let root: string;
let server: InProcessServer<Deps>;
let url: string;
let client: Connection;

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-resources-')));
  root = join(top, 'root');
  await mkdir(join(root, 'a folder/deep'), { recursive: true });
  await mkdir(join(top, 'outside'));
  await writeFile(join(top, 'outside/secret'), 'secret');
  await writeFile(join(root, 'text.md'), 'grün und blau');
  await writeFile(join(root, 'a folder/odd?#%.txt'), 'odd');
  await writeFile(join(root, 'latin1.txt'), Buffer.from('grün', 'latin1'));
  await writeFile(join(root, 'binary'), Buffer.from([0, 1, 2]));
  await symlink('../outside/secret', join(root, 'link'));
  await writeFile(join(root, 'large'), '');
  await truncate(join(root, 'large'), 2 ** 30);
  server = await startInProcess(app, { args: [root, '--legacy-sessions'] });
  url = await server.listen();
  client = await server.connect();
});

afterAll(async () => {
  await server.close();
  await rm(top, { recursive: true });
});

function uri(name: string): string {
  return pathToFileURL(join(root, name)).href;
}

describe('a resource', () => {
  it.each([
    ['text.md', '', { text: 'grün und blau', mimeType: 'text/markdown' }],
    ['text.md', '?offset=4&limit=5', { text: 'n und' }],
    ['text.md', '?offset=3&limit=2', { blob: 'vG4=' }],
    ['text.md', '?offset=99', { text: '' }],
    ['a folder/odd?#%.txt', '', { text: 'odd', mimeType: 'text/plain' }],
    ['latin1.txt', '', { text: 'grün' }],
    ['binary', '', { blob: 'AAEC', mimeType: 'application/octet-stream' }],
    ['large', '?offset=1073741823&limit=100', { blob: 'AA==' }],
  ])('%s%s is read', async (name, query, expected) => {
    expect(await client.readResource(`${uri(name)}${query}`)).toMatchObject([expected]);
  });
});

describe('a resource of a folder', () => {
  it('is what is in it', async () => {
    const [part] = await client.readResource(uri('a folder'));
    const listed = JSON.parse((part as { text: string }).text) as { entries: { name: string }[] };
    expect(listed.entries.map(({ name }) => name)).toEqual(['deep', 'odd?#%.txt']);
  });
});

describe('what is no resource', () => {
  it.each([
    ['large', '', /at most 524288/],
    ['text.md', '?offset=-1', /whole number/],
    ['none', '', /no file or folder/],
    ['link', '', /no file or folder/],
    ['../outside/secret', '', /outside of the roots/],
    ['%2e%2e%2foutside', '', /no file or folder/],
  ])('%s%s is refused', async (name, query, text) => {
    const refused = client.readResource(`${uri(name)}${query}`);
    await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(text) as unknown });
  });

  it('is refused with escapes that climb, too', async () => {
    const climbing = `file://${root}/%2e%2e%2foutside%2fsecret`;
    await expect(client.readResource(climbing)).rejects.toMatchObject({
      message: expect.stringContaining('outside of the roots') as unknown,
    });
    await expect(client.readResource(`file://${root}/text.md%00`)).rejects.toMatchObject({
      message: expect.stringContaining('NUL') as unknown,
    });
  });
});

describe('the paths of resources', () => {
  it('are completed entry by entry', async () => {
    const complete = async (value: string) => {
      const ref = { type: 'ref/resource', uri: 'file:///{+path}{?offset,limit}' } as const;
      return (await client.complete({ ref, argument: { name: 'path', value } })).values;
    };
    expect(await complete('')).toEqual([`${root.slice(1)}/`]);
    expect(await complete(`${root.slice(1)}/te`)).toEqual([`${root.slice(1)}/text.md`]);
    expect(await complete(`${root.slice(1)}/a%20folder/o`)).toEqual([`${root.slice(1)}/a%20folder/odd%3F%23%25.txt`]);
    expect(await complete(`${top.slice(1)}/out`)).toEqual([]);
    expect(await complete('etc/pas')).toEqual([]);
  });

  it('are in the list for roots', async () => {
    expect(await client.listResources()).toMatchObject([{ uri: pathToFileURL(root).href, name: 'root' }]);
  });
});

describe('a subscription', () => {
  const eras = ['modern', 'legacy'] as const;

  it.each(eras)('tells of changes, of a file that is replaced, and of its end (%s, HTTP)', async (era) => {
    await using listener = await connect({ http: { url } }, { era });
    await expectUpdates(listener, `${era}.txt`);
  });

  it('tells of changes over stdio', async () => {
    await using listener = await server.connect({ era: 'legacy' });
    await expectUpdates(listener, 'stdio.txt');
  });

  it('says nothing of what is outside, through a link or not', async () => {
    await using listener = await server.connect({ era: 'legacy' });
    const updates: string[] = [];
    const watched = [
      uri('link'),
      pathToFileURL(join(top, 'outside/secret')).href,
      pathToFileURL(join(top, 'outside')).href,
      uri('text.md'),
    ];
    const subscription = await listener.subscribe(watched, (updated) => updates.push(updated));
    await until(async () => {
      await writeFile(join(top, 'outside/secret'), 'changed');
      await writeFile(join(root, 'text.md'), 'grün und blau');
      await sleep(200);
      return updates.length > 0;
    });
    expect(new Set(updates)).toEqual(new Set([uri('text.md')]));
    await subscription.close();
  });
});

/** Changes a file in three ways; each must be told. */
async function expectUpdates(listener: Connection, name: string): Promise<void> {
  await writeFile(join(root, name), 'one');
  let count = 0;
  const subscription = await listener.subscribe([uri(name)], () => {
    count += 1;
  });
  const told = async (change: () => Promise<unknown>): Promise<void> => {
    const before = count;
    await change();
    await until(() => count > before);
  };
  // The file may be watched only some time after the answer.
  await until(async () => {
    await writeFile(join(root, name), 'two');
    await sleep(200);
    return count > 0;
  });
  await told(async () => {
    await writeFile(join(root, `${name}.new`), 'three');
    await rename(join(root, `${name}.new`), join(root, name));
  });
  await told(() => rm(join(root, name)));
  await told(() => writeFile(join(root, name), 'four'));
  await subscription.close();
}
