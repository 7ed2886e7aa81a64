import { describe, expect, it } from '@jest/globals';
import { AppError } from '@trellis-mcp/errors';
import type { Source } from '../sources/source.ts';
import { hashUrl, identifySource } from './identify-source.ts';

const url = 'postgres://reader:secret@localhost:5432/shop';

describe('the hash of a URL', () => {
  it.each([
    ['postgres://reader:other@localhost:5432/shop', 'another password'],
    ['postgres://reader@localhost:5432/shop', 'none'],
    ['postgres://reader@localhost:5432/shop?password=x', 'a password elsewhere'],
    ['postgres://reader@localhost:5432/shop?sslpassword=x', 'a password of a key'],
  ])('is the same for %s: %s', (same) => {
    expect(hashUrl(same)).toBe(hashUrl(url));
  });

  it.each([
    ['postgres://writer:secret@localhost:5432/shop', 'another role'],
    ['postgres://reader:secret@localhost:5432/store', 'another database'],
    ['postgres://reader:secret@localhost:5433/shop', 'another port'],
    ['postgres://reader:secret@127.0.0.1:5432/shop', 'another host'],
    ['postgres://reader:secret@localhost:5432/shop?options=-csearch_path%3Dx', 'another search path'],
  ])('is another for %s: %s', (other) => {
    expect(hashUrl(other)).not.toBe(hashUrl(url));
  });
});

type Script = Source['runScript'];

const identify = async (runScript: Script, options: { engine?: Source['engine']; isShared?: boolean; dataDir?: string } = {}) => {
  const { engine = 'postgres', isShared = true, dataDir } = options;
  const address = { name: 'database', allowTables: undefined, allowFunctions: [], databaseUrl: url, dataDir };
  return identifySource({ engine, runScript }, { address, isShared, now: Date.now });
};

const answer =
  (text: string): Script =>
  () =>
    Promise.resolve([{ columns: [], rows: [[text]] }]);

const refuse =
  (error: AppError): Script =>
  () =>
    Promise.reject(error);

describe('the identity of a database', () => {
  it('is what it says of itself, asked once', async () => {
    let asked = 0;
    const get = await identify((...args) => {
      asked += 1;
      return answer('["start","shop",1]')(...args);
    });
    expect(await get()).toBe(`${hashUrl(url)} ["start","shop",1]`);
    await get();
    expect(asked).toBe(1);
    expect(await (await identify(answer('["later","shop",1]')))()).not.toBe(await get());
  });

  it('is of this process alone when it does not say, or nobody shares it', async () => {
    const silent = refuse(new AppError('INVALID_INPUT', 'There is no such function.'));
    for (const options of [{}, { isShared: false }, { engine: 'pglite', dataDir: '/data' }] as const) {
      const [one, other] = [await identify(silent, options), await identify(silent, options)];
      expect(await one()).toBe(await one());
      expect(await one()).not.toBe(await other());
    }
  });

  it('is one for the sample', async () => {
    const [one, other] = [await identify(answer(''), { engine: 'pglite' }), await identify(answer(''), { engine: 'pglite' })];
    expect(await one()).toBe(await other());
  });

  it('is not guessed while the database is away', async () => {
    const get = await identify(refuse(new AppError('UPSTREAM', 'The database does not answer.')));
    await expect(get()).rejects.toMatchObject({ code: 'UPSTREAM' });
  });
});
