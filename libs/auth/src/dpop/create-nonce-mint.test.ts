import { expect, it } from '@jest/globals';
import { createNonceMint } from './create-nonce-mint.ts';

const [old, next] = ['o'.repeat(32), 'n'.repeat(32)];

it('knows a nonce in its window and the next one, then no more', () => {
  let at = 1_000_000;
  const mint = createNonceMint({ keys: [next], lifeMs: 1_000 }, () => at);
  const nonce = mint.current();
  expect(mint.current()).toBe(nonce);
  at += 1_999;
  expect([mint.isKnown(nonce), mint.current() === nonce]).toEqual([true, false]);
  at += 1;
  expect(mint.isKnown(nonce)).toBe(false);
});

it('knows those of replicas with one of its keys, and none of others or of the future', () => {
  const now = (): number => 1_000_000;
  const mint = createNonceMint({ keys: [next, old], lifeMs: 1_000 }, now);
  const foreign = (key: string, at: number): string => createNonceMint({ keys: [key], lifeMs: 1_000 }, () => at).current();
  expect(mint.isKnown(foreign(old, now()))).toBe(true);
  expect(mint.isKnown(foreign('x'.repeat(32), now()))).toBe(false);
  expect(mint.isKnown(foreign(next, now() + 1_000))).toBe(false);
  expect(['', 'é', mint.current().slice(1)].some((nonce) => mint.isKnown(nonce))).toBe(false);
});
