import { describe, expect, it } from '@jest/globals';
import { AppError } from '@trellis-mcp/errors';
import { startMemory, type StartedMemory } from '../test/start-memory.ts';
import type { SummaryRequest, Turn } from './index.ts';

const options = { keepFirst: 2, keepLast: 2, countTokens: () => 100 };

async function startWithTurns(count: number, pinned: readonly number[] = [], more: Parameters<typeof startMemory>[0] = {}) {
  const started: StartedMemory = startMemory({ ...options, ...more });
  const { handle } = await started.memory.open('ada');
  for (let seq = 1; seq <= count; seq += 1) await append(started, handle, seq, pinned.includes(seq));
  return { ...started, handle };
}

const append = ({ memory }: StartedMemory, handle: string, seq: number, pinned = false): Promise<unknown> =>
  memory.append('ada', handle, { role: 'tool', text: `turn ${String(seq)}`, pinned });
const label = ({ kind, seq, text }: Turn): string | number => (kind === 'summary' ? text : seq);

describe('compaction without a function that summarises', () => {
  it('keeps the first, the last and the pinned turns, and says that it evicted', async () => {
    const { memory, handle } = await startWithTurns(10, [5]);
    expect(await memory.compact('ada', handle)).toMatchObject({ outcome: 'evicted', turns: 5, note: 'evicted 5 turns', evicted: 5 });
    expect((await memory.read('ada', handle)).turns.map(label)).toEqual([1, 2, 5, 9, 10]);
    expect(await memory.compact('ada', handle)).toMatchObject({ outcome: 'unchanged', turns: 0, evicted: 5 });
  });

  it('says one turn when it is one', async () => {
    const { memory, handle } = await startWithTurns(5);
    expect((await memory.compact('ada', handle)).note).toBe('evicted 1 turn');
  });
});

describe('compaction with a function that summarises', () => {
  it('puts a summary in the place of the middle', async () => {
    const { memory, handle } = await startWithTurns(10, [5]);
    let asked: SummaryRequest | undefined;
    const summarise = (request: SummaryRequest): Promise<string> => {
      asked = request;
      return Promise.resolve('what happened');
    };
    const compacted = await memory.compact('ada', handle, { summarise });
    expect(compacted).toMatchObject({ outcome: 'summarised', turns: 5, note: 'summarised 5 turns', evicted: 0, summarised: 5 });
    expect(asked?.turns.map(label)).toEqual([3, 4, 6, 7, 8]);
    expect(asked?.maxTokens).toBe(250);
    const { turns } = await memory.read('ada', handle);
    expect(turns.map(label)).toEqual([1, 2, 5, 'what happened', 9, 10]);
    expect(turns[3]).toMatchObject({ kind: 'summary', seq: 8, covers: 5 });
  });

  it('summarises the former summary together with what came after it', async () => {
    const started = await startWithTurns(6, [], { summarise: ({ turns }) => Promise.resolve(`[${turns.map(label).join(' ')}]`) });
    const { memory, handle } = started;
    await memory.compact('ada', handle);
    for (const seq of [7, 8]) await append(started, handle, seq);
    expect(await memory.compact('ada', handle)).toMatchObject({ turns: 2, summarised: 4 });
    expect((await memory.read('ada', handle)).turns.map(label)).toEqual([1, 2, '[[3 4] 5 6]', 7, 8]);
    expect(await memory.compact('ada', handle)).toMatchObject({ outcome: 'unchanged' });
  });
});

describe('while a summary is written', () => {
  it('nothing of what is appended is lost, nobody waits', async () => {
    const started = await startWithTurns(6);
    const { memory, handle } = started;
    const summarise = async (): Promise<string> => {
      for (const seq of [7, 8, 9]) await append(started, handle, seq);
      return 'S';
    };
    expect(await memory.compact('ada', handle, { summarise })).toMatchObject({ outcome: 'summarised', turns: 2 });
    expect((await memory.read('ada', handle)).turns.map(label)).toEqual([1, 2, 'S', 5, 6, 7, 8, 9]);
  });

  it('what is evicted counts as summarised', async () => {
    const started = await startWithTurns(20);
    const { memory, handle } = started;
    const summarise = async (): Promise<string> => {
      await append(started, handle, 21);
      expect((await memory.read('ada', handle)).turns.map(label)).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
      return 'S';
    };
    // 1 and 2 were not for the summary; 3 to 18 were.
    expect(await memory.compact('ada', handle, { summarise })).toMatchObject({ turns: 16, evicted: 2, summarised: 16 });
    expect((await memory.read('ada', handle)).turns.map(label)).toEqual(['S', 19, 20, 21]);
  });

  it('another compaction may come first, and stays', async () => {
    const { memory, handle } = await startWithTurns(10);
    const slow = memory.compact('ada', handle, {
      summarise: async () => {
        await memory.compact('ada', handle, { summarise: () => Promise.resolve('first') });
        return 'second';
      },
    });
    expect(await slow).toMatchObject({ outcome: 'unchanged' });
    expect((await memory.read('ada', handle)).turns.map(label)).toEqual([1, 2, 'first', 9, 10]);
  });
});

describe('a function that summarises and fails', () => {
  it.each<[string, () => Promise<string>, string]>([
    ['throws', () => Promise.reject(new Error('secret of the driver')), 'UPSTREAM'],
    [
      'throws at once',
      () => {
        throw new TypeError('x');
      },
      'UPSTREAM',
    ],
    ['is declined', () => Promise.reject(new AppError('DENIED', 'No.')), 'DENIED'],
    ['gives nothing', () => Promise.resolve(' \n '), 'UPSTREAM'],
    ['gives no text', () => JSON.parse('7') as Promise<string>, 'UPSTREAM'],
    ['never ends', () => new Promise<string>(() => undefined), 'TIMEOUT'],
  ])('changes nothing when the function %s', async (_name, summarise, code) => {
    const { memory, handle } = await startWithTurns(10, [], { summarise, summariseTimeoutMs: 30 });
    await expect(memory.compact('ada', handle)).rejects.toMatchObject({
      name: 'AppError',
      code,
      message: expect.not.stringContaining('secret'),
    });
    expect((await memory.read('ada', handle)).turns).toHaveLength(10);
  });

  it('gives up when it is told to, and tells the function', async () => {
    const { memory, handle } = await startWithTurns(10);
    const stop = new AbortController();
    let told: AbortSignal | undefined;
    const summarise = ({ signal }: SummaryRequest): Promise<string> => {
      told = signal;
      stop.abort();
      return new Promise(() => undefined);
    };
    const cancelled = { code: 'CANCELLED' };
    await expect(memory.compact('ada', handle, { summarise, signal: stop.signal })).rejects.toMatchObject(cancelled);
    expect(told?.aborted).toBe(true);
    await expect(memory.compact('ada', handle, { summarise, signal: stop.signal })).rejects.toMatchObject(cancelled);
  });
});

describe('a summary', () => {
  it('is cut to its share, between characters', async () => {
    const { memory, handle } = await startWithTurns(10, [], { countTokens: (json) => Math.ceil(json.length / 4) });
    await memory.compact('ada', handle, { summarise: () => Promise.resolve('\u{1f333}'.repeat(1_000_000)) });
    const summary = (await memory.read('ada', handle)).turns.find(({ kind }) => kind === 'summary');
    expect(summary?.tokens).toBeLessThanOrEqual(250);
    expect(summary?.tokens).toBeGreaterThan(200);
    expect(summary?.text).toMatch(/^\u{1f333}+$/u);
  });

  it('is written from copies: a function that changes them changes nothing', async () => {
    const { memory, handle } = await startWithTurns(10);
    const summarise = ({ turns }: SummaryRequest): Promise<string> => {
      for (const turn of turns) turn.seq = 1;
      return Promise.resolve('S');
    };
    await memory.compact('ada', handle, { summarise });
    expect((await memory.read('ada', handle)).turns.map(label)).toEqual([1, 2, 'S', 9, 10]);
  });
});

// A rejection that nobody handles would end the process, this one as well.
it('fails once when it was told to give up before and the function throws at once', async () => {
  const { memory, handle } = await startWithTurns(10);
  const summarise = ({ signal }: SummaryRequest): Promise<string> => {
    signal.throwIfAborted();
    return Promise.resolve('S');
  };
  await expect(memory.compact('ada', handle, { summarise, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  await new Promise((resolve) => setImmediate(resolve));
});
