import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { durationBounds, type CallTallies, type DurationTally } from './call-tallies.ts';

/** Current values of the gauges. */
export interface GaugeValues {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly activeSessions: number;
  readonly activeRequests: number;
  readonly openSubscriptions: number;
  readonly liveHandles: number;
  readonly cacheHitRate: number | null;
  readonly isDraining: boolean;
}

/** Builds a registry of its own that reads `tallies` and `gauges` at each scrape. This file is loaded with the first scrape only. */
export function createRegistry(tallies: CallTallies, gauges: () => GaugeValues): Registry {
  const registry = new Registry();
  addCallCounters(registry, tallies);
  registry.registerMetric(createDurationHistogram(tallies));
  addServerGauges(registry, gauges);
  addProcessGauges(registry);
  return registry;
}

function addCallCounters(registry: Registry, tallies: CallTallies): void {
  const registers = [registry];
  const labelNames = ['kind', 'name', 'outcome'] as const;
  new Counter({
    name: 'trellis_calls_total',
    help: 'Finished calls.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { count, kind, name, outcome } of tallies.calls) this.inc({ kind, name, outcome }, count);
    },
  });
  new Counter({
    name: 'trellis_result_bytes_total',
    help: 'Bytes of results.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { bytes, kind, name, outcome } of tallies.calls) this.inc({ kind, name, outcome }, bytes);
    },
  });
  addMapCounter(registry, { name: 'trellis_calls_started_total', help: 'Calls begun.', label: 'kind', counts: tallies.started });
  const rejected = { help: 'Requests turned away before a call.', label: 'reason', counts: tallies.rejected };
  addMapCounter(registry, { name: 'trellis_rejected_requests_total', ...rejected });
}

function addMapCounter(
  registry: Registry,
  { name, help, label, counts }: { name: string; help: string; label: string; counts: ReadonlyMap<string, number> },
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, count] of counts) this.inc({ [label]: value }, count);
    },
  });
}

/** A histogram whose samples were counted elsewhere: prom-client takes single observations only. */
function createDurationHistogram(tallies: CallTallies): Histogram<'kind' | 'name'> {
  const name = 'trellis_call_duration_seconds';
  const settings = { name, help: 'Time from start to end of a call.', labelNames: ['kind', 'name'] as const, registers: [] };
  const empty = new Histogram(settings);
  const read = async () => ({ ...(await empty.get()), values: tallies.durations.flatMap((tally) => listSamples(name, tally)) });
  // Registries prefer getForPromString where a metric has one.
  return Object.assign(new Histogram(settings), { get: read, getForPromString: read });
}

function listSamples(metricName: string, { kind, name, buckets, count, sumSeconds }: DurationTally) {
  let within = 0;
  const bounds = [...durationBounds, '+Inf'].map((le, index) => {
    within += buckets[index] ?? 0;
    return { metricName: `${metricName}_bucket`, labels: { le, kind, name }, value: within };
  });
  const labels = { kind, name };
  return [
    ...bounds,
    { metricName: `${metricName}_sum`, labels, value: sumSeconds },
    { metricName: `${metricName}_count`, labels, value: count },
  ];
}

function addServerGauges(registry: Registry, gauges: () => GaugeValues): void {
  const info = new Gauge({
    name: 'trellis_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'],
    registers: [registry],
  });
  info.set({ version: gauges().version }, 1);
  addGauge(registry, 'trellis_uptime_seconds', { help: 'Time since the start.', read: () => gauges().uptimeSeconds });
  addGauge(registry, 'trellis_active_sessions', { help: 'Open connections and live handles.', read: () => gauges().activeSessions });
  addGauge(registry, 'trellis_active_requests', { help: 'Calls that run.', read: () => gauges().activeRequests });
  addGauge(registry, 'trellis_open_subscriptions', { help: 'Open subscriptions.', read: () => gauges().openSubscriptions });
  addGauge(registry, 'trellis_live_handles', { help: 'Handles that clients may still use.', read: () => gauges().liveHandles });
  addGauge(registry, 'trellis_draining', { help: '1 while the server drains.', read: () => (gauges().isDraining ? 1 : 0) });
  addGauge(registry, 'trellis_cache_hit_ratio', {
    help: 'Hits of all look-ups, 0 to 1; no sample without a cache.',
    read: () => gauges().cacheHitRate,
  });
}

function addProcessGauges(registry: Registry): void {
  addGauge(registry, 'process_resident_memory_bytes', { help: 'Resident memory.', read: () => process.memoryUsage.rss() });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time.',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}

function addGauge(registry: Registry, name: string, { help, read }: { help: string; read: () => number | null }): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}
