import { describe, expect, it } from '@jest/globals';
import { startMemory } from '../test/start-memory.ts';

const unknown = { code: 'NOT_FOUND', message: 'There is no such memory, or it has expired.', hint: 'Open a new one.' };
const turn = { role: 'user', text: 'hello' };

describe('a session', () => {
  it('gives back what was appended, in order, with its numbers', async () => {
    const { memory, clock } = startMemory();
    const { handle, expiresAt } = await memory.open('ada');
    expect(expiresAt).toBe(clock.now + 1_000);
    await memory.append('ada', handle, { role: 'user', text: 'Find the slow query.', pinned: true, at: 7 });
    const appended = await memory.append('ada', handle, turn);
    expect(appended).toMatchObject({ seq: 2, evicted: 0, summarised: 0, needsCompaction: false });
    const { turns, tokens } = await memory.read('ada', handle);
    expect(turns).toEqual([
      { seq: 1, kind: 'turn', role: 'user', text: 'Find the slow query.', pinned: true, at: 7, tokens: expect.any(Number) },
      { seq: 2, kind: 'turn', role: 'user', text: 'hello', pinned: false, at: clock.now, tokens: expect.any(Number) },
    ]);
    expect(tokens).toBe(turns.reduce((sum, each) => sum + each.tokens, 0));
  });

  it('keeps the order of a caller that does not wait', async () => {
    const { memory } = startMemory({ maxTokens: 100_000 });
    const { handle } = await memory.open('ada');
    const texts = Array.from({ length: 250 }, (_, index) => String(index));
    const appended = await Promise.all(texts.map((text) => memory.append('ada', handle, { role: 'tool', text })));
    expect(appended.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
    expect((await memory.read('ada', handle)).turns.map(({ text }) => text)).toEqual(texts);
  });

  it('refuses one turn of many that come together, and takes the others', async () => {
    const { memory } = startMemory({ countTokens: () => 300 });
    const { handle } = await memory.open('ada');
    const appends = [true, true, false].map((pinned) => memory.append('ada', handle, { ...turn, pinned }));
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'LIMIT', details: { limit: 500, actual: 600 } } });
    expect((await memory.read('ada', handle)).turns.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('refuses the thousand-and-first turn that waits for the store', async () => {
    const { memory } = startMemory();
    const { handle } = await memory.open('ada');
    const outcomes = await Promise.allSettled(Array.from({ length: 1_100 }, () => memory.append('ada', handle, turn)));
    const rejected = outcomes.filter(({ status }) => status === 'rejected');
    expect(rejected).toHaveLength(100);
    expect(rejected[0]).toMatchObject({ reason: { code: 'LIMIT', retryable: true } });
    await expect(memory.append('ada', handle, turn)).resolves.toMatchObject({ seq: 1_001 });
  });
});

describe('a handle', () => {
  it('gets one answer when it is unknown, foreign, ended or expired, whatever is asked', async () => {
    const { memory, clock } = startMemory();
    const { handle: foreign } = await memory.open('mallory');
    const { handle: ended } = await memory.open('ada');
    await memory.end('ada', ended);
    const { handle: expired } = await memory.open('ada');
    clock.now += 1_000;
    for (const handle of [`mem_0_${'a'.repeat(22)}`, 'nonsense', foreign, ended, expired]) {
      for (const call of [
        () => memory.append('ada', handle, turn),
        () => memory.read('ada', handle),
        () => memory.recall('ada', handle, { budget: 10 }),
        () => memory.compact('ada', handle),
        () => memory.compact('ada', handle, { summarise: () => Promise.resolve('s') }),
        () => memory.end('ada', handle),
      ]) {
        await expect(call()).rejects.toMatchObject(unknown);
      }
    }
  });

  it('has 128 random bits', async () => {
    const { memory } = startMemory({ maxPerPrincipal: 100 });
    const opened = await Promise.all(Array.from({ length: 100 }, () => memory.open('ada')));
    const secrets = new Set(opened.map(({ handle }) => handle.replace(/^mem_\d+_/, '')));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(16);
  });

  it('is not in the store, nor is the principal', async () => {
    const { memory, store } = startMemory();
    const principal = 'https://issuer.example|'.repeat(10_000);
    const { handle } = await memory.open(principal);
    const { keys } = await store.scan('', { limit: 10 });
    expect(keys).toHaveLength(1);
    const held = `${String(keys[0])} ${String(await store.get(String(keys[0])))}`;
    expect(held).not.toContain('issuer');
    expect(held).not.toContain(handle.slice(-22));
  });
});

describe('the life of a session', () => {
  it('slides with each use, reading too, and ends at its maximum', async () => {
    const { memory, clock } = startMemory();
    const start = clock.now;
    const { handle } = await memory.open('ada');
    const uses = [
      () => memory.append('ada', handle, turn),
      () => memory.read('ada', handle),
      () => memory.recall('ada', handle, { budget: 10 }),
      () => memory.compact('ada', handle),
      () => memory.read('ada', handle),
    ];
    for (const use of uses) {
      clock.now += 900;
      expect((await use()).expiresAt).toBe(Math.min(clock.now + 1_000, start + 5_000));
    }
    clock.now = start + 4_999;
    await expect(memory.read('ada', handle)).resolves.toMatchObject({ expiresAt: start + 5_000 });
    clock.now = start + 5_000;
    await expect(memory.read('ada', handle)).rejects.toMatchObject(unknown);
  });

  it('does not slide when somebody else tries', async () => {
    const { memory, clock } = startMemory();
    const { handle } = await memory.open('ada');
    clock.now += 900;
    await expect(memory.read('mallory', handle)).rejects.toMatchObject(unknown);
    clock.now += 100;
    await expect(memory.read('ada', handle)).rejects.toMatchObject(unknown);
  });
});

describe('the size of a session', () => {
  it('evicts the oldest turns that are not pinned above twice its tokens, and says how many', async () => {
    const { memory } = startMemory({ countTokens: () => 200 });
    const { handle } = await memory.open('ada');
    await memory.append('ada', handle, { ...turn, pinned: true });
    for (let count = 0; count < 9; count += 1) await memory.append('ada', handle, turn);
    expect(await memory.read('ada', handle)).toMatchObject({ tokens: 2_000, evicted: 0, needsCompaction: false });
    expect(await memory.append('ada', handle, turn)).toMatchObject({ tokens: 1_000, evicted: 6 });
    expect((await memory.read('ada', handle)).turns.map(({ seq }) => seq)).toEqual([1, 8, 9, 10, 11]);
  });
});

describe('recall', () => {
  it('gives the newest turns and the pinned ones that fit, and counts what is left out', async () => {
    const { memory } = startMemory({ countTokens: () => 100 });
    const { handle } = await memory.open('ada');
    await memory.append('ada', handle, { ...turn, pinned: true });
    for (let count = 0; count < 5; count += 1) await memory.append('ada', handle, turn);
    const { turns, omitted } = await memory.recall('ada', handle, { budget: 350 });
    expect(turns.map(({ seq }) => seq)).toEqual([1, 5, 6]);
    expect(omitted).toEqual({ turns: 3, tokens: 300 });
    expect(await memory.recall('ada', handle, { budget: 99 })).toMatchObject({ turns: [], omitted: { turns: 6, tokens: 600 } });
    expect((await memory.recall('ada', handle, { budget: 600 })).omitted).toEqual({ turns: 0, tokens: 0 });
  });

  it('steps over a turn that does not fit', async () => {
    const sizes = new Map([
      ['small', 10],
      ['large', 500],
    ]);
    const countTokens = (json: string): number => sizes.get((JSON.parse(json) as { text: string }).text) ?? 0;
    const { memory } = startMemory({ countTokens });
    const { handle } = await memory.open('ada');
    for (const text of ['small', 'large', 'small']) await memory.append('ada', handle, { role: 'tool', text });
    expect((await memory.recall('ada', handle, { budget: 20 })).turns.map(({ seq }) => seq)).toEqual([1, 3]);
  });
});
