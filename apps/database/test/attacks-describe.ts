import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attackBoundary } from './attack-table-boundary.ts';
import { attackThemes } from './attack-table.ts';
import { takeInventory, takeTraces } from './attacks-inventory.ts';
import { attempt, deadlines, lookInside, type Target } from './attacks-target.ts';
import { verdictOn, type TargetName } from './attacks-verdict.ts';

/** By when a session is mostly scrubbed, which goes on after the answer. */
const scrubMs = 250;

/** Runs the whole table against one target, and looks at everything before and after. */
export function describeAttacks(name: TargetName, open: () => Promise<Target>): void {
  let target: Target;
  let before: Awaited<ReturnType<typeof lookAround>>;
  let traces: unknown;
  beforeAll(async () => {
    target = await open();
    await target.source.gate.check('select lower($1)');
    await lookInside(target.source);
    before = await lookTwice(async () => lookAround(target));
    traces = await takeTraces(target.look);
  });
  afterAll(async () => {
    await target.source.close();
    await target.close();
  });

  describe.each(Object.entries(attackThemes))('%s', (_theme, attacks) => {
    it.each(attacks.map((attack) => [attack[2], shorten(attack[0]), attack] as const))('%s: %s', async (_why, _shown, attack) => {
      const verdict = verdictOn(name, attack);
      const timeoutMs = verdict === 'TIMEOUT' ? deadlines.short : deadlines.long;
      const started = performance.now();
      expect(await attempt(target.source, attack[0], timeoutMs)).toBe(verdict);
      // By itself none of those that run into their deadline would end within a minute.
      expect(performance.now() - started).toBeLessThan(deadlines.long + timeoutMs);
      if (verdict === verdict.toUpperCase() || verdict === 'rows') {
        await settles(async () => takeTraces(target.look), traces);
      }
    });
  });

  it('leave everything as it was', async () => {
    await settles(async () => lookAround(target), before);
  });

  it.each(attackBoundary.map((attack) => [attack[2], shorten(attack[0]), attack] as const))(
    'the boundary: %s: %s',
    async (_why, _shown, attack) => {
      expect(await attempt(target.source, attack[0].replaceAll('OUTSIDE', await target.makeDirectory()))).toBe(verdictOn(name, attack));
    },
  );
}

async function lookAround(target: Target): Promise<Record<string, unknown>> {
  return { ...(await takeInventory(target.look)), inside: await lookInside(target.source), ...(await target.outside()) };
}

/** Looks until two looks, some time apart, see the same. */
async function lookTwice<Found>(look: () => Promise<Found>): Promise<Found> {
  for (let last = JSON.stringify(await look()); ;) {
    await sleep(scrubMs);
    const found = await look();
    if (JSON.stringify(found) === last) return found;
    last = JSON.stringify(found);
  }
}

/** Looks until a session is scrubbed. */
async function settles(look: () => Promise<unknown>, expected: unknown): Promise<void> {
  let found = await look();
  for (let waited = 0; waited < 30_000 && JSON.stringify(found) !== JSON.stringify(expected); waited += 50) {
    await sleep(50);
    found = await look();
  }
  expect(found).toEqual(expected);
}

function shorten(sql: string): string {
  return sql.length > 100 ? `${sql.slice(0, 100)}...` : sql;
}
