import { AppError } from '@trellis-mcp/errors';
import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHealth } from './create-health.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const good = (): Promise<{ ok: true }> => Promise.resolve({ ok: true });

describe('the report', () => {
  it('holds all fields, with zeros where nothing was set', async () => {
    const health = createHealth({ version: '1.2.3', now: () => 61_000, startedAt: 1_000 });
    expect(await health.report()).toEqual({
      status: 'ok',
      version: '1.2.3',
      uptime_seconds: 60,
      active_sessions: 0,
      active_requests: 0,
      open_subscriptions: 0,
      live_handles: 0,
      memory_mb: expect.any(Number),
      cache_hit_rate: null,
      checks: [],
    });
  });

  it('reads its sources each time; later sources add to earlier ones', async () => {
    const health = createHealth({ version: '1' });
    let hits = Number.NaN;
    health.setSource({ activeSessions: () => 3, activeRequests: () => 2 });
    health.setSource({ openSubscriptions: () => 5, liveHandles: () => 7, cacheHitRate: () => hits });
    expect(await health.report()).toMatchObject({
      active_sessions: 3,
      active_requests: 2,
      open_subscriptions: 5,
      live_handles: 7,
      cache_hit_rate: null,
    });
    hits = 0.25;
    expect(await health.report()).toMatchObject({ cache_hit_rate: 0.25 });
  });

  it('counts running calls itself when nobody else does', async () => {
    const health = createHealth({ version: '1' });
    health.metrics.callStarted('tool');
    health.metrics.callStarted('tool');
    health.metrics.callFinished({ kind: 'tool', name: 'x', outcome: 'ok', durationMs: 1 });
    expect(await health.report()).toMatchObject({ active_requests: 1 });
  });
});

describe('the status', () => {
  it.each([
    ['ok', [true, true], false],
    ['degraded', [true, false], false],
    ['failing', [false, true], false],
    ['failing', [false, false], false],
    ['draining', [false, false], true],
  ] as const)('is %s when the critical and the other check answer %s, draining %s', async (status, [critical, other], isDraining) => {
    const health = createHealth({ version: '1' });
    health.addCheck('critical', () => Promise.resolve({ ok: critical }));
    health.addCheck('other', () => Promise.resolve({ ok: other }), { critical: false });
    health.setDraining(() => isDraining);
    expect(await health.report()).toMatchObject({ status });
  });

  it('comes with details of checks, but no text of unknown errors', async () => {
    const health = createHealth({ version: '1' });
    health.addCheck('detail', () => Promise.resolve({ ok: true, detail: 'x'.repeat(1_000) }));
    health.addCheck('known', () => Promise.reject(new AppError('UPSTREAM', 'The database did not answer.')));
    health.addCheck('unknown', () => Promise.reject(new Error('postgres://u:pw@h refused')));
    health.addCheck('thrown', () => {
      throw new Error('postgres://u:pw@h refused');
    });
    const { checks } = await health.report();
    expect(checks.map(({ ok, detail }) => ({ ok, detail }))).toEqual([
      { ok: true, detail: 'x'.repeat(200) },
      { ok: false, detail: 'The database did not answer.' },
      { ok: false, detail: 'The check failed.' },
      { ok: false, detail: 'The check failed.' },
    ]);
  });
});

describe('readiness', () => {
  it('names the critical checks that fail, and only those', async () => {
    const health = createHealth({ version: '1' });
    health.addCheck('db', () => Promise.resolve({ ok: false }));
    health.addCheck('cache', () => Promise.resolve({ ok: false }), { critical: false });
    health.addCheck('disk', good);
    expect(await health.ready()).toEqual({ ready: false, failing: ['db'] });
  });

  it('is false at once while draining, without asking anybody', async () => {
    const health = createHealth({ version: '1' });
    let asked = 0;
    health.addCheck('db', () => {
      asked += 1;
      return good();
    });
    health.setDraining(() => true);
    expect(await health.ready()).toEqual({ ready: false, failing: ['draining'] });
    expect(asked).toBe(0);
  });
});

describe('results of checks', () => {
  it('are asked for once by many callers, and again after a second', async () => {
    let now = 0;
    let asked = 0;
    const health = createHealth({ version: '1', now: () => now });
    health.addCheck('db', async () => {
      asked += 1;
      await sleep(5);
      return { ok: asked < 2 };
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => health.ready()));
    now = 999;
    await Promise.all([health.ready(), health.report()]);
    expect(asked).toBe(1);
    expect(answers.every(({ ready }) => ready)).toBe(true);
    now = 1_000;
    expect(await health.ready()).toEqual({ ready: false, failing: ['db'] });
    expect(asked).toBe(2);
  });

  it('are not trusted when they are of the future, because the clock went back', async () => {
    let now = 10_000;
    let asked = 0;
    const health = createHealth({ version: '1', now: () => now });
    health.addCheck('db', () => {
      asked += 1;
      return good();
    });
    await health.ready();
    now = 0;
    await health.ready();
    expect(asked).toBe(2);
  });
});

describe('a check that hangs', () => {
  it('is failed at its deadline, told by its signal, and not started again while it hangs', async () => {
    let now = 0;
    const signals: AbortSignal[] = [];
    const health = createHealth({ version: '1', now: () => now });
    health.addCheck(
      'db',
      (signal) => {
        signals.push(signal);
        return never();
      },
      { timeoutMs: 30 },
    );
    for (let round = 0; round < 5; round += 1) {
      expect(await health.ready()).toEqual({ ready: false, failing: ['db'] });
      now += 1_500;
    }
    await sleep(20);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect((await health.report()).checks).toMatchObject([{ ok: false, duration_ms: 7_500, detail: 'The last check has not come back.' }]);
  });

  it('is asked again once it has come back', async () => {
    let now = 0;
    let asked = 0;
    const health = createHealth({ version: '1', now: () => now });
    health.addCheck(
      'db',
      async () => {
        asked += 1;
        if (asked === 1) await sleep(60);
        return { ok: true };
      },
      { timeoutMs: 20 },
    );
    expect((await health.ready()).ready).toBe(false);
    await sleep(80);
    now = 2_000;
    expect((await health.ready()).ready).toBe(true);
  });

  it('does not hold up the others', async () => {
    const health = createHealth({ version: '1' });
    health.addCheck('slow', never, { timeoutMs: 30, critical: false });
    health.addCheck('db', good);
    expect(await health.ready()).toEqual({ ready: true, failing: [] });
  });
});

it('two checks cannot share a name', () => {
  const health = createHealth({ version: '1' });
  health.addCheck('db', good);
  expect(() => health.addCheck('db', good)).toThrow('A check named "db" exists.');
});
