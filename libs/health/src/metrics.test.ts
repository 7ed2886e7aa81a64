import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createHealth, type Health } from './create-health.ts';

function createCounted(): Health {
  const health = createHealth({ version: '1.2.3' });
  health.metrics.registerNames('tool', ['query', 'search']);
  return health;
}

const seriesOf = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe('metrics', () => {
  it('count calls, bytes and rejections by registered names', async () => {
    const { metrics } = createCounted();
    for (const outcome of ['ok', 'ok', 'DENIED']) {
      metrics.callStarted('tool');
      metrics.callFinished({ kind: 'tool', name: 'query', outcome, durationMs: 3, bytes: 10 });
    }
    metrics.rejected('host');
    const text = await metrics.text();
    expect(seriesOf(text, 'trellis_calls_total')).toEqual([
      'trellis_calls_total{kind="tool",name="query",outcome="ok"} 2',
      'trellis_calls_total{kind="tool",name="query",outcome="DENIED"} 1',
    ]);
    expect(seriesOf(text, 'trellis_result_bytes_total')).toContain('trellis_result_bytes_total{kind="tool",name="query",outcome="ok"} 20');
    expect(seriesOf(text, 'trellis_calls_started_total')).toEqual(['trellis_calls_started_total{kind="tool"} 3']);
    expect(seriesOf(text, 'trellis_rejected_requests_total')).toEqual(['trellis_rejected_requests_total{reason="host"} 1']);
  });

  it('do not grow with scrapes', async () => {
    const { metrics } = createCounted();
    metrics.callFinished({ kind: 'tool', name: 'query', outcome: 'ok', durationMs: 3 });
    await metrics.text();
    metrics.callFinished({ kind: 'tool', name: 'query', outcome: 'ok', durationMs: 3 });
    expect(seriesOf(await metrics.text(), 'trellis_calls_total')).toEqual(['trellis_calls_total{kind="tool",name="query",outcome="ok"} 2']);
  });
});

describe('durations', () => {
  it('have a cumulative histogram of seconds', async () => {
    const { metrics } = createCounted();
    for (const durationMs of [0, 1, 7, 200, 90_000]) metrics.callFinished({ kind: 'tool', name: 'query', outcome: 'ok', durationMs });
    const text = await metrics.text();
    const counts = seriesOf(text, 'trellis_call_duration_seconds_bucket').map((line) => Number(line.split(' ').at(-1)));
    expect(counts).toEqual([2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
    expect(text).toContain('trellis_call_duration_seconds_bucket{le="+Inf",kind="tool",name="query"} 5');
    expect(text).toContain('trellis_call_duration_seconds_sum{kind="tool",name="query"} 90.208');
    expect(text).toContain('trellis_call_duration_seconds_count{kind="tool",name="query"} 5');
    expect(text).toContain('# TYPE trellis_call_duration_seconds histogram');
  });

  it.each([-5, Number.NaN, Number.NEGATIVE_INFINITY])('take a duration of %d for 0', async (durationMs) => {
    const { metrics } = createCounted();
    metrics.callFinished({ kind: 'tool', name: 'query', outcome: 'ok', durationMs });
    expect(await metrics.text()).toContain('trellis_call_duration_seconds_sum{kind="tool",name="query"} 0');
  });
});

describe('labels', () => {
  it('keep to the registered names whatever clients send', async () => {
    const { metrics } = createCounted();
    for (let index = 0; index < 5_000; index += 1) {
      metrics.callFinished({
        kind: index % 2 === 0 ? 'tool' : `kind${index}`,
        name: `evil"${index}\n`,
        outcome: 'NOT_FOUND',
        durationMs: 1,
      });
      metrics.callStarted(`kind${index}`);
      metrics.rejected(`reason${index}`);
    }
    const text = await metrics.text();
    expect(text).not.toContain('evil');
    expect(seriesOf(text, 'trellis_calls_total')).toEqual([
      'trellis_calls_total{kind="tool",name="other",outcome="NOT_FOUND"} 2500',
      'trellis_calls_total{kind="other",name="other",outcome="NOT_FOUND"} 2500',
    ]);
    expect(seriesOf(text, 'trellis_rejected_requests_total').length).toBeLessThanOrEqual(65);
    expect(text.length).toBeLessThan(20_000);
  });

  it('are not mixed up between two healths of one process', async () => {
    const [one, two] = [createCounted(), createCounted()];
    one.metrics.callFinished({ kind: 'tool', name: 'query', outcome: 'ok', durationMs: 1 });
    expect(await one.metrics.text()).toContain('trellis_calls_total{');
    expect(await two.metrics.text()).not.toContain('trellis_calls_total{');
  });
});

describe('the text', () => {
  it('shows gauges from the sources; the cache ratio only when there is one', async () => {
    const health = createCounted();
    health.setSource({ activeSessions: () => 4 });
    expect(await health.metrics.text()).not.toMatch(/^trellis_cache_hit_ratio/m);
    health.setSource({ cacheHitRate: () => 0.5 });
    health.setDraining(() => true);
    const text = await health.metrics.text();
    expect(text).toMatch(/^trellis_cache_hit_ratio 0\.5$/m);
    expect(text).toMatch(/^trellis_active_sessions 4$/m);
    expect(text).toMatch(/^trellis_draining 1$/m);
    expect(text).toMatch(/^trellis_build_info\{version="1\.2\.3"\} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  it('is what a Prometheus parser takes: every line is a comment or a sample', async () => {
    const { metrics } = createCounted();
    metrics.callFinished({ kind: 'tool', name: 'query', outcome: 'ok', durationMs: 1 });
    const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !/^# (HELP|TYPE) [a-z_]+ /.test(line));
    expect(lines.filter((line) => !/^[a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? (\d+(\.\d+)?(e-?\d+)?)$/.test(line))).toEqual(
      [],
    );
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });
});

it('counting does not load prom-client; the first text does', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import { createHealth } from '@trellis-mcp/health';
    const { cache } = createRequire(import.meta.url);
    const isLoaded = () => Object.keys(cache).some((file) => file.includes('prom-client'));
    const { metrics } = createHealth({ version: '1' });
    metrics.callFinished({ kind: 'tool', name: 'x', outcome: 'ok', durationMs: 1 });
    const before = isLoaded();
    await metrics.text();
    console.log(before, isLoaded());`;
  const args = ['--conditions=@trellis-mcp/source', '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env: { ...process.env, NODE_OPTIONS: '' } });
  expect(stdout.trim()).toBe('false true');
});
