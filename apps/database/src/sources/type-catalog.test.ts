import { expect, it } from '@jest/globals';
import { keepFacts } from './keep-facts.ts';
import { loadTypes, type SourceFacts } from './type-catalog.ts';

it('reads the catalogue anew for a type that may have been made since, not for a row of a system table', async () => {
  let loads = 0;
  const clock = { ms: 0 };
  const facts = keepFacts<SourceFacts>({
    now: () => clock.ms,
    load: () => {
      loads += 1;
      return Promise.resolve({ types: new Map(), functions: { functions: new Map(), operators: new Map(), types: new Map() } });
    },
  });
  await loadTypes(facts, [83]);
  clock.ms += 60_000;
  await loadTypes(facts, [83]);
  expect(loads).toBe(1);
  await loadTypes(facts, [16_384]);
  expect(loads).toBe(2);
});
