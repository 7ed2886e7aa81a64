import { isAppError } from '@trellis-mcp/errors';
import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLifecycle } from './create-lifecycle.ts';
import type { Lifecycle, LifecycleOptions } from './lifecycle.ts';

interface Trial {
  readonly lifecycle: Lifecycle;
  readonly events: string[];
  readonly lines: string[];
}

function createTrial(options: Partial<LifecycleOptions> = {}): Trial {
  const events: string[] = [];
  const lines: string[] = [];
  const write = (): undefined => undefined;
  const log = { debug: write, info: write, warn: write, error: write, fatal: write };
  const exit = (code: number): void => void events.push(`exit ${code}`);
  const say = (line: string): void => void lines.push(line);
  return { lifecycle: createLifecycle({ log, drainTimeoutMs: 5_000, exit, say, ...options }), events, lines };
}

describe('the phases', () => {
  it('run in order: intake, drain, close in reverse, exit', async () => {
    const { lifecycle, events } = createTrial();
    const note = (name: string) => (): void => void events.push(`${name} while ${lifecycle.phase}`);
    lifecycle.onClose('a', note('close a'));
    lifecycle.onClose('b', note('close b'));
    lifecycle.onDrain('subscriptions', note('drain'));
    lifecycle.onIntake('port', note('intake'));
    lifecycle.ready();
    await lifecycle.stop('signal');
    expect(events).toEqual(['intake while draining', 'drain while draining', 'close b while closing', 'close a while closing', 'exit 0']);
    expect(lifecycle.phase).toBe('stopped');
  });

  it('turn to draining before the intake delay, while new work is still taken', async () => {
    const { lifecycle, events } = createTrial({ intakeDelayMs: 60 });
    lifecycle.onIntake('port', () => void events.push('intake'));
    const stopped = lifecycle.stop('signal');
    expect(lifecycle.phase).toBe('draining');
    await lifecycle.track(async () => {
      await sleep(10);
      events.push('late call');
    });
    await stopped;
    expect(events).toEqual(['late call', 'intake', 'exit 0']);
  });

  it('end with the code that the failure names', async () => {
    const { lifecycle, events, lines } = createTrial();
    await lifecycle.stop('failure', { note: 'port 3101 is in use', code: 69 });
    expect(events).toEqual(['exit 69']);
    expect(lines).toEqual(['Stopped with code 69: port 3101 is in use.']);
  });

  it('skip the intake delay when nobody waits', async () => {
    const { lifecycle } = createTrial({ intakeDelayMs: 60_000 });
    const startedAt = performance.now();
    await lifecycle.stop('parent-gone');
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it('never go back to ready', async () => {
    const { lifecycle } = createTrial();
    const stopped = lifecycle.stop('requested');
    lifecycle.ready();
    expect(lifecycle.phase).toBe('draining');
    await stopped;
  });
});

describe('stop', () => {
  it('called again joins the first and exits once', async () => {
    const { lifecycle, events } = createTrial();
    await Promise.all([lifecycle.stop('signal'), lifecycle.stop('signal'), lifecycle.stop('requested')]);
    await lifecycle.stop('signal');
    expect(events).toEqual(['exit 0']);
    expect(lifecycle.stopReason).toBe('signal');
  });

  it('for a failure after a signal cuts the drain short and makes the code 70', async () => {
    const { lifecycle, events } = createTrial();
    const work = lifecycle.track(
      () => new Promise<void>((_, reject) => lifecycle.drainSignal.addEventListener('abort', () => reject(new Error('x')))),
    );
    const stopped = lifecycle.stop('signal');
    void lifecycle.stop('failure');
    await expect(work).rejects.toThrow('x');
    await stopped;
    expect(events).toEqual(['exit 70']);
  });

  it('exits although the terminal is gone', async () => {
    const say = (): never => {
      throw new Error('write EPIPE');
    };
    const { lifecycle, events } = createTrial({ say });
    await expect(lifecycle.stop('signal')).rejects.toThrow('write EPIPE');
    expect(events).toEqual(['exit 0']);
  });

  it('of an idle program is clean with a drain of 0 ms', async () => {
    const { lifecycle, events } = createTrial({ drainTimeoutMs: 0 });
    await lifecycle.stop('signal');
    expect(events).toEqual(['exit 0']);
  });

  it('tells the first fault only, in one line', async () => {
    const { lifecycle, lines } = createTrial();
    lifecycle.onClose('a', () => Promise.reject(new Error('a')));
    lifecycle.onClose('b', () => Promise.reject(new Error('b')));
    await lifecycle.stop('signal');
    expect(lines).toEqual(['Stopped with code 70: "b" failed to close.']);
  });
});

describe('closing', () => {
  it('also runs steps that were added meanwhile', async () => {
    const { lifecycle, events } = createTrial();
    lifecycle.onClose('a', () => void events.push('a'));
    lifecycle.onClose('b', () => lifecycle.onClose('late', () => void events.push('late')));
    await lifecycle.stop('signal');
    expect(events).toEqual(['late', 'a', 'exit 0']);
  });

  it('starts every step and stays within its budget although many hang', async () => {
    const { lifecycle, events } = createTrial({ stepTimeoutMs: 500 });
    for (let index = 0; index < 20; index += 1) {
      lifecycle.onClose(`step ${index}`, () => {
        events.push(`step ${index}`);
        return new Promise(() => undefined);
      });
    }
    const startedAt = performance.now();
    await lifecycle.stop('signal');
    // One after the other they would take 20 times their 500 ms.
    expect(performance.now() - startedAt).toBeLessThan(9_000);
    expect(events).toEqual([...Array.from({ length: 20 }, (_, index) => `step ${19 - index}`), 'exit 70']);
  });
});

it('a close that is slow has the time that an urgent stop did not need before', async () => {
  const { lifecycle, events } = createTrial();
  lifecycle.onClose('slow', () => sleep(850));
  await lifecycle.stop('stdin-end');
  expect(events).toEqual(['exit 0']);
});

it('an idle program is gone within 2 s although its intake and its close hang', async () => {
  const { lifecycle, events } = createTrial({ intakeDelayMs: 500 });
  const hang = (): Promise<void> => new Promise(() => undefined);
  lifecycle.onIntake('port', hang);
  lifecycle.onClose('a', hang);
  lifecycle.onClose('b', hang);
  const startedAt = performance.now();
  await lifecycle.stop('signal');
  expect(performance.now() - startedAt).toBeLessThan(5 * 2_000);
  expect(events).toEqual(['exit 70']);
});

describe('tracked work', () => {
  it('is counted, and its value and errors pass through', async () => {
    const { lifecycle } = createTrial();
    const work = lifecycle.track(async () => {
      await sleep(5);
      return 7;
    });
    expect(lifecycle.active).toBe(1);
    await expect(work).resolves.toBe(7);
    await expect(lifecycle.track(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(lifecycle.active).toBe(0);
  });

  it('is refused as CANCELLED once the drain is over', async () => {
    const { lifecycle } = createTrial();
    await lifecycle.stop('signal');
    const refused = await lifecycle.track(() => Promise.resolve(1)).catch((error: unknown) => error);
    expect(isAppError(refused) && refused.code).toBe('CANCELLED');
    expect(lifecycle.active).toBe(0);
  });

  it('that starts another call before it ends keeps the drain open for it', async () => {
    const { lifecycle, events } = createTrial();
    const second = lifecycle
      .track(() => sleep(20))
      .then(() =>
        lifecycle.track(async () => {
          await sleep(40);
          events.push('second call');
        }),
      );
    await Promise.all([lifecycle.stop('signal'), second]);
    expect(events).toEqual(['second call', 'exit 0']);
  });
});

describe('a drain step', () => {
  it('is waited for, and told by its signal when the time is over', async () => {
    const { lifecycle, events, lines } = createTrial({ drainTimeoutMs: 50 });
    lifecycle.onDrain('subscriptions', async (signal) => {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      events.push('told');
    });
    await lifecycle.stop('signal');
    expect(events).toEqual(['told', 'exit 70']);
    expect(lines).toEqual(['Stopped with code 70: the drain ran out after 50 ms with 0 calls running.']);
  });

  it('that rejects with the abort reason has not failed', async () => {
    const { lifecycle, events } = createTrial();
    lifecycle.onDrain(
      'subscriptions',
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await lifecycle.stop('parent-gone');
    expect(events).toEqual(['exit 0']);
  });
});
