import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { KeyStore, KeyStoreOptions } from '../src/index.ts';
import { listAll } from './list-all.ts';
import { openStore, type Place } from './open-store.ts';

const key = fc.constantFrom('a', 'b', 'a*', 'a%', 'ab', 'é');
const life = fc.integer({ min: 1, max: 50 });
const command = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, value: fc.string({ unit: 'grapheme' }), ttlMs: life }),
  fc.record({
    kind: fc.constant('add' as const),
    key,
    value: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    ttlMs: life,
  }),
  fc.record({ kind: fc.constant('append' as const), key, ttlMs: life }),
  fc.record({ kind: fc.constant('drop' as const), key, ttlMs: life }),
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({
    kind: fc.constant('scan' as const),
    prefix: fc.constantFrom('', 'a', 'a*', 'a%', 'é', 'z'),
    limit: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('prune' as const) }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** Does random things to a store and to a map with lives, and expects the same answers. */
export async function expectLikeModel(place: Place): Promise<void> {
  let now = 5_000_000;
  let run = 0;
  // Redis drops garbage by its own clock, which runs while the passed one stands still.
  const options: KeyStoreOptions = { now: () => now, graceMs: place.kind === 'redis' ? 60_000 : 0 };
  await using opened = await openStore({ ...place, space: `${place.space}_model` }, options);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30 }), async (commands) => {
      run += 1;
      now += 1_000;
      const model = new Map<string, { value: string; until: number }>();
      const root = `${String(run)}/`;
      for (const each of commands) {
        if (each.kind === 'wait') now += each.ms;
        else expect(await act(opened.store, root, each)).toEqual(actOnModel(model, now, each));
      }
    }),
    { numRuns: process.env['SOAK'] === '1' ? 500 : 15 },
  );
}

async function act(store: KeyStore, root: string, each: Command): Promise<unknown> {
  switch (each.kind) {
    case 'set':
      return store.set(root + each.key, each.value, each);
    case 'add':
      return store.add(root + each.key, each.value, each);
    case 'append':
      return store.update(root + each.key, (current) => `${current ?? ''}+`, each);
    case 'drop':
      return store.update(root + each.key, () => undefined, each);
    case 'get':
      return store.get(root + each.key);
    case 'delete':
      return store.delete(root + each.key);
    case 'scan':
      return (await listAll(store, root + each.prefix, each.limit)).map((name) => name.slice(root.length));
    case 'prune':
      await store.prune();
      return undefined;
    case 'wait':
      return undefined;
  }
}

function actOnModel(model: Map<string, { value: string; until: number }>, now: number, each: Command): unknown {
  for (const [name, { until }] of model) if (until <= now) model.delete(name);
  const put = (value: string, { key: name, ttlMs: ms }: { key: string; ttlMs: number }): void =>
    void model.set(name, { value, until: now + ms });
  switch (each.kind) {
    case 'set':
      put(each.value, each);
      return undefined;
    case 'add':
      return model.has(each.key) ? false : (put(each.value, each), true);
    case 'append': {
      const value = `${model.get(each.key)?.value ?? ''}+`;
      put(value, each);
      return value;
    }
    case 'drop':
      model.delete(each.key);
      return undefined;
    case 'get':
      return model.get(each.key)?.value;
    case 'delete':
      return model.delete(each.key);
    case 'scan':
      return [...model.keys()].filter((name) => name.startsWith(each.prefix)).sort();
    default:
      return undefined;
  }
}
