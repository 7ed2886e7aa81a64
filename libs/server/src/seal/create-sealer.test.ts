import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../principal.ts';
import { createSealer } from './create-sealer.ts';
import { parseKeyRing } from './key-ring.ts';

const ada: Principal = { id: 'ada', scopes: 'all' };
const scope = { principal: ada, purpose: 'tool query' };
const ring = parseKeyRing(['k1:' + 'x'.repeat(32)]);
const sealer = createSealer(ring, () => 1000, 'one');

it('opens what it sealed, whatever the JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const token = sealer.seal(value, { ...scope, ttlMs: 1 });
      expect(sealer.unseal(token, scope)).toEqual({ value: JSON.parse(JSON.stringify(value)) });
      expect(token).toMatch(/^k1\.[\w-]+$/);
    }),
  );
});

it('opens nothing that differs from a token in one character', () => {
  const token = sealer.seal({ page: 7 }, { ...scope, ttlMs: 1000 });
  fc.assert(
    fc.property(
      fc.nat(token.length),
      fc.constantFrom('A', 'B', 'z', '0', '9', '-', '_', '.', '+', '/', '=', ' ', '\n'),
      fc.boolean(),
      (at, character, isInsert) => {
        const changed = token.slice(0, at) + character + token.slice(isInsert ? at : at + 1);
        expect(sealer.unseal(changed, scope)).toEqual(changed === token ? { value: { page: 7 } } : undefined);
      },
    ),
    { numRuns: 500 },
  );
});

it('opens no text that it did not make', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(sealer.unseal(text, scope)).toBeUndefined();
      expect(sealer.unseal(`k1.${Buffer.from(text).toString('base64url')}`, scope)).toBeUndefined();
    }),
  );
});

it.each([
  ['another principal', { principal: { ...ada, id: 'eve' }, purpose: 'tool query' }],
  ['another tenant', { principal: { ...ada, tenant: 'b' }, purpose: 'tool query' }],
  ['another handler', { principal: ada, purpose: 'tool query2' }],
  ['ids that join to the same text', { principal: { id: 'ada","t', scopes: 'all' as const }, purpose: 'tool query' }],
])('does not open for %s', (_title, other) => {
  expect(sealer.unseal(sealer.seal(1, { ...scope, ttlMs: 1000 }), other)).toBeUndefined();
});

it('does not open for another server with the same keys', () => {
  const token = sealer.seal(1, { ...scope, ttlMs: 1000 });
  expect(createSealer(ring, () => 1000, 'two').unseal(token, scope)).toBeUndefined();
  expect(createSealer(ring, () => 1000, 'one').unseal(token, scope)).toEqual({ value: 1 });
});

it('opens until the moment it expires', () => {
  let now = 0;
  const timed = createSealer(ring, () => now, 'one');
  const token = timed.seal(1, { ...scope, ttlMs: 10 });
  now = 9;
  expect(timed.unseal(token, scope)).toEqual({ value: 1 });
  now = 10;
  expect(timed.unseal(token, scope)).toBeUndefined();
});

it('refuses state that is too large for a token', () => {
  expect(() => sealer.seal('x'.repeat(50_000), { ...scope, ttlMs: 1 })).toThrow(expect.objectContaining({ code: 'LIMIT' }));
});

describe('a key ring', () => {
  const old = 'old:' + 'o'.repeat(32);
  const fresh = 'new:' + 'n'.repeat(32);

  it('seals with the first key and opens with all', () => {
    const before = createSealer(parseKeyRing([old]), Date.now, 'one');
    const during = createSealer(parseKeyRing([fresh, old]), Date.now, 'one');
    const after = createSealer(parseKeyRing([fresh]), Date.now, 'one');
    const token = before.seal(1, { ...scope, ttlMs: 1000 });
    expect(during.unseal(token, scope)).toEqual({ value: 1 });
    expect(after.unseal(token, scope)).toBeUndefined();
    expect(after.unseal(during.seal(2, { ...scope, ttlMs: 1000 }), scope)).toEqual({ value: 2 });
  });

  it('gives keys without an id one of their own, the same everywhere', () => {
    const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
    const ids = [...parseKeyRing([first, second]).byId.keys()];
    expect(new Set(ids).size).toBe(2);
    expect([...parseKeyRing([second, first]).byId.keys()].reverse()).toEqual(ids);
  });

  it('has one random key per process without any', () => {
    const token = createSealer(parseKeyRing([]), Date.now, 'one').seal(1, { ...scope, ttlMs: 1000 });
    expect(createSealer(parseKeyRing([]), Date.now, 'one').unseal(token, scope)).toBeUndefined();
  });

  it.each([
    ['a short secret', ['k:' + 's'.repeat(31)], 'State key 1 is shorter than 32 characters.'],
    ['an id alone', [`${'i'.repeat(10)}:`], 'State key 1 is shorter than 32 characters.'],
    ['two keys of one id', [old, 'old:' + 'z'.repeat(40)], 'Two state keys have the same id.'],
    ['the same key twice', ['a'.repeat(32), 'a'.repeat(32)], 'Two state keys have the same id.'],
  ])('refuses %s, and its message holds no secret', (_title, keys, message) => {
    expect(() => parseKeyRing(keys)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message }));
  });
});
