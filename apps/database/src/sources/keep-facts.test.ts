import { expect, it } from '@jest/globals';
import { keepFacts } from './keep-facts.ts';

/** Facts that are numbered as they are loaded, and a clock to move. */
function createFacts() {
  const clock = { ms: 1_000 };
  let loads = 0;
  const state = { isAway: false };
  const kept = keepFacts<number>({
    now: () => clock.ms,
    async load() {
      loads += 1;
      const mine = loads;
      await Promise.resolve();
      if (state.isAway) throw new Error('away');
      return mine;
    },
  });
  return { kept, clock, state, loads: () => loads };
}

const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('loads on first use, and once for many', async () => {
  const { kept, loads } = createFacts();
  expect(loads()).toBe(0);
  expect(await Promise.all([kept.get(), kept.get(), kept.refresh()])).toEqual([1, 1, 1]);
  expect(await kept.get()).toBe(1);
});

it('loads anew in the background after five minutes', async () => {
  const { kept, clock } = createFacts();
  await kept.get();
  clock.ms += 299_999;
  expect(await kept.get()).toBe(1);
  clock.ms += 1;
  expect(await kept.get()).toBe(1);
  await turn();
  expect(await kept.get()).toBe(2);
});

it('is waited for after ten minutes', async () => {
  const { kept, clock } = createFacts();
  await kept.get();
  clock.ms += 600_000;
  expect(await kept.get()).toBe(2);
});

it('loads for an unknown name, at most every ten seconds', async () => {
  const { kept, clock, loads } = createFacts();
  await kept.get();
  expect(await kept.refresh()).toBe(1);
  clock.ms += 10_000;
  expect(await Promise.all([kept.refresh(), kept.refresh()])).toEqual([2, 2]);
  clock.ms += 9_999;
  expect(await kept.refresh()).toBe(2);
  expect(loads()).toBe(2);
});

it('tries a first load again that failed', async () => {
  const { kept, state } = createFacts();
  state.isAway = true;
  await expect(kept.get()).rejects.toThrow('away');
  state.isAway = false;
  expect(await kept.get()).toBe(2);
});

it('keeps what it has while the database is away, and tries again after a pause', async () => {
  const { kept, clock, state, loads } = createFacts();
  await kept.get();
  clock.ms += 300_000;
  state.isAway = true;
  expect(await kept.get()).toBe(1);
  await turn();
  expect(await kept.get()).toBe(1);
  await turn();
  expect(loads()).toBe(2);
  state.isAway = false;
  clock.ms += 10_000;
  await kept.get();
  await turn();
  expect(await kept.get()).toBe(3);
});

it('says so when very old facts cannot be loaded anew', async () => {
  const { kept, clock, state } = createFacts();
  await kept.get();
  clock.ms += 600_000;
  state.isAway = true;
  await expect(kept.get()).rejects.toThrow('away');
});
