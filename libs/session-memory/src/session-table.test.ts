import { describe, expect, it } from '@jest/globals';
import { startMemory } from '../test/start-memory.ts';

describe('the cap of a principal', () => {
  it('ends the session that was idle longest', async () => {
    const { memory, clock } = startMemory();
    const [first, second, third] = [await memory.open('ada'), await memory.open('ada'), await memory.open('ada')];
    clock.now += 50;
    await memory.read('ada', first.handle);
    await memory.read('ada', third.handle);
    clock.now += 50;
    await memory.open('ada');
    await expect(memory.read('ada', second.handle)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const { handle } of [first, third]) await memory.read('ada', handle);
  });

  it('refuses while all are in use, says for how long, and leaves other principals alone', async () => {
    const { memory, clock } = startMemory();
    for (let count = 0; count < 3; count += 1) await memory.open('ada');
    clock.now += 40;
    await expect(memory.open('ada')).rejects.toMatchObject({ code: 'LIMIT', retryable: true, retryAfterMs: 60, details: { limit: 3 } });
    await memory.open('bob');
    clock.now += 60;
    await memory.open('ada');
  });

  it('does not count what expired or ended', async () => {
    const { memory, clock } = startMemory({ minIdleMs: 1_000_000 });
    const start = clock.now;
    const { handle: old } = await memory.open('ada');
    const { handle: ended } = await memory.open('ada');
    await memory.open('ada');
    await memory.end('ada', ended);
    await memory.open('ada');
    await expect(memory.open('ada')).rejects.toMatchObject({ code: 'LIMIT' });
    for (let at = 900; at <= 4_500; at += 900) {
      clock.now = start + at;
      await memory.read('ada', old);
    }
    // The store holds it for its TTL after the last use; the end of its life comes first.
    clock.now = start + 5_000;
    for (let count = 0; count < 3; count += 1) await memory.open('ada');
    await expect(memory.open('ada')).rejects.toMatchObject({ code: 'LIMIT' });
  });
});

describe('many who open at once', () => {
  it('share out the idle places, one each', async () => {
    const { memory, clock } = startMemory();
    for (let count = 0; count < 3; count += 1) await memory.open('ada');
    clock.now += 100;
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => memory.open('ada')));
    const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(opened).toHaveLength(3);
    for (const { handle } of opened) await memory.read('ada', handle);
  });

  it('never get more than the cap', async () => {
    const { memory, store } = startMemory();
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => memory.open('ada')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect((await store.scan('', { limit: 100 })).keys).toHaveLength(3);
  });
});
