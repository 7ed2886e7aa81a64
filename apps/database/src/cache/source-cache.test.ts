import { afterEach, describe, expect, it } from '@jest/globals';
import { createHealth } from '@trellis-mcp/health';
import { createLifecycle } from '@trellis-mcp/lifecycle';
import { silentLogger } from '@trellis-mcp/logging';
import { readTableAllowList } from '../sql/table-allow-list.ts';
import { createCache, type ServerCache } from './open-cache.ts';
import { createSourceCache, shared, type CacheQuestion } from './source-cache.ts';

const log = silentLogger();
let time = 1_000_000;
let lifecycle = createLifecycle({ log, drainTimeoutMs: 100, exit: () => undefined });
afterEach(async () => {
  await lifecycle.stop('requested');
  lifecycle = createLifecycle({ log, drainTimeoutMs: 100, exit: () => undefined });
});

function open(): ServerCache {
  const now = (): number => time;
  return createCache({ log, now, lifecycle, health: createHealth({ version: '1', now }) }, { version: '1.2.3', statementTimeoutMs: 1_000 });
}

/** Asks and says how often it was loaded. */
function source(cache: ServerCache, identity: string, tables: readonly string[] = []) {
  const loads: number[] = [];
  const of = createSourceCache({ cache, identify: () => Promise.resolve(identity), tables: readTableAllowList(tables) });
  const ask = async (question: CacheQuestion): Promise<number> =>
    of.getOrLoad(question, () => {
      loads.push(time);
      return Promise.resolve(loads.length);
    });
  return { ask, loads, of };
}

describe('an answer about a schema', () => {
  it('is given for ten seconds, and no longer', async () => {
    const { ask, loads } = source(open(), 'a');
    await Promise.all([ask(shared('search', 'x')), ask(shared('search', 'x'))]);
    time += 9_999;
    await ask(shared('search', 'x'));
    expect(loads).toHaveLength(1);
    time += 1;
    await ask(shared('search', 'x'));
    expect(loads).toHaveLength(2);
  });

  it('is of one database, one list of tables and one question', async () => {
    const cache = open();
    const sources = [source(cache, 'a'), source(cache, 'b'), source(cache, 'a', ['t']), source(cache, 'a', ['t', 's.u'])];
    for (const { ask, loads } of sources) {
      await ask(shared('search', 'x'));
      await ask(shared('describe', 'x'));
      await ask({ owner: { principal: 'ada' }, about: ['search', 'x'] });
      await ask({ owner: { principal: 'bob' }, about: ['search', 'x'] });
      expect(loads).toHaveLength(4);
    }
  });

  it('does not depend on the order of a list of tables', async () => {
    const cache = open();
    const [one, other] = [source(cache, 'a', ['t', 'u']), source(cache, 'a', ['u', 't'])];
    await one.ask(shared('list'));
    await other.ask(shared('list'));
    expect(other.loads).toHaveLength(0);
  });

  it('is not a failure', async () => {
    const { of } = source(open(), 'a');
    const fail = of.getOrLoad(shared('describe', 'x'), () => Promise.reject(new Error('not there yet')));
    await expect(fail).rejects.toThrow('not there yet');
    expect(await of.getOrLoad(shared('describe', 'x'), () => Promise.resolve('there'))).toBe('there');
  });
});
