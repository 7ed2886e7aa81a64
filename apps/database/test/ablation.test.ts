import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { harms, layers, type Layer } from './ablation-layers.ts';
import { openProvingGround, type ProvingGround } from './ablation-ground.ts';
import { renderLayers } from './ablation-table.ts';

let ground: ProvingGround;
beforeAll(async () => {
  ground = await openProvingGround();
});
afterAll(async () => ground.close());

const letters: readonly Layer[] = ['a', 'b', 'c', 'd', 'e', 'f'];

it.each(harms.map((harm) => [harm.what, harm] as const))('without any layer, %s comes to pass', async (_what, harm) => {
  expect(await ground.try(harm, new Set())).toBe(true);
});

it.each(harms.map((harm) => [harm.what, harm] as const))('with all layers, %s does not', async (_what, harm) => {
  expect(await ground.try(harm, new Set(letters))).toBe(false);
});

/** Each layer alone with some of them, unless all are asked for: those that come to pass cost a database. */
const seed = Number(process.env['ABLATION_SEED'] ?? Date.now() % 1_000);
const every = process.env['SOAK'] === '1' ? 1 : 4;

describe.each(letters.map((letter, index) => [layers[letter], letter, index] as const))('alone, the %s', (_layer, letter, index) => {
  const some = harms.filter((_harm, place) => (place + index + seed) % every === 0);
  it.each(some.map((harm) => [harm.stoppedBy.includes(letter) ? 'stops' : 'lets through', harm.what, harm] as const))(
    `%s %s (ABLATION_SEED=${String(seed)})`,
    async (_verdict, _what, harm) => {
      expect(await ground.try(harm, new Set([letter]))).toBe(!harm.stoppedBy.includes(letter));
    },
  );
});

it('is what the documentation says', async () => {
  const page = await readFile(new URL('../../../docs/reference/read-only-layers.md', import.meta.url), 'utf8');
  expect(page).toContain(renderLayers());
});
