import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createModel, expectSound, limits, open, type Model } from '../test/model.ts';
import { startMemory } from '../test/start-memory.ts';
import type { SessionMemory } from './index.ts';

const isSoak = process.env['SOAK'] === '1';
const principal = fc.constantFrom('ada', 'bob');
/** Which of the sessions that were ever opened, and who asks for it. */
const target = { index: fc.nat(5), principal };
const command = fc.oneof(
  fc.record({ kind: fc.constant('open' as const), principal }),
  fc.record({ kind: fc.constant('append' as const), ...target, size: fc.integer({ min: 0, max: 900 }), pinned: fc.boolean() }),
  fc.record({ kind: fc.constant('append' as const), ...target, size: fc.integer({ min: 0, max: 900 }), pinned: fc.constant(false) }),
  fc.record({ kind: fc.constant('recall' as const), ...target, budget: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ kind: fc.constant('compact' as const), ...target, summary: fc.option(fc.string({ minLength: 1, maxLength: 500 })) }),
  fc.record({ kind: fc.constant('end' as const), ...target }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60 }) }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
type Session = Model['sessions'][number];

it(
  'keeps what the model says, for those whom the model says, whatever is done',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
        const { memory, clock } = startMemory(limits);
        const model = createModel(() => clock.now);
        for (const each of [{ kind: 'open' as const, principal: 'ada' }, ...commands]) {
          if (each.kind === 'wait') clock.now += each.ms;
          else if (each.kind === 'open') await open(memory, model, { principal: each.principal, now: clock.now });
          else await act(memory, model, { each, now: clock.now });
        }
      }),
      { numRuns: isSoak ? 5_000 : 80 },
    );
  },
  isSoak ? 600_000 : 120_000,
);

type Use = Exclude<Command, { kind: 'open' | 'wait' }>;

async function act(memory: SessionMemory, model: Model, { each, now }: { each: Use; now: number }): Promise<void> {
  const session = model.sessions[each.index % model.sessions.length];
  if (!session) return;
  if (session.principal !== each.principal || !model.isLiving(session)) {
    // What is too large is refused before anybody looks who asks.
    await expect(use(memory, session, each)).rejects.toMatchObject({ code: expect.stringMatching(/^(NOT_FOUND|LIMIT)$/) });
    return;
  }
  try {
    await use(memory, session, each);
  } catch (error) {
    expect(error).toMatchObject({ code: 'LIMIT' });
  }
  session.usedAt = now;
  if (each.kind === 'end') session.hasEnded = true;
  else {
    const { turns, ...facts } = await memory.read(session.principal, session.handle);
    expectSound(session, turns, facts);
  }
}

async function use(memory: SessionMemory, session: Session, each: Use): Promise<void> {
  const { handle } = session;
  switch (each.kind) {
    case 'append':
      return append(memory, session, each);
    case 'recall':
      return recall(memory, session, each);
    case 'compact': {
      const { summary } = each;
      const how = summary === null ? {} : { summarise: () => Promise.resolve(`s${summary}`) };
      const { outcome } = await memory.compact(each.principal, handle, how);
      expect(outcome).not.toBe(summary === null ? 'summarised' : 'evicted');
      const again = await memory.compact(each.principal, handle, how);
      expect(again).toMatchObject({ outcome: 'unchanged', needsCompaction: false });
      return;
    }
    case 'end':
      return memory.end(each.principal, handle);
  }
}

async function append(memory: SessionMemory, session: Session, each: Use & { kind: 'append' }): Promise<void> {
  const text = 'a '.repeat(each.size / 2);
  const { seq } = await memory.append(each.principal, session.handle, { role: 'tool', text, pinned: each.pinned });
  session.appended.push({ text, pinned: each.pinned });
  expect(seq).toBe(session.appended.length);
}

async function recall(memory: SessionMemory, { handle }: Session, each: Use & { kind: 'recall' }): Promise<void> {
  const { turns, omitted, tokens } = await memory.recall(each.principal, handle, each);
  const { turns: all } = await memory.read(each.principal, handle);
  const recalled = turns.reduce((sum, turn) => sum + turn.tokens, 0);
  expect(recalled).toBeLessThanOrEqual(each.budget);
  expect(recalled + omitted.tokens).toBe(tokens);
  expect(turns.length + omitted.turns).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining(turns));
  const newest = all.at(-1);
  if (newest && newest.tokens <= each.budget) expect(turns.at(-1)).toEqual(newest);
  for (const missing of all.filter(({ seq }) => !turns.some((turn) => turn.seq === seq))) {
    expect(missing.tokens).toBeGreaterThan(each.budget - recalled);
  }
}
