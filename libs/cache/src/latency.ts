/** How long the steps of a tier took, in milliseconds; null before the first. */
export interface LatencyStats {
  meanMs: number | null;
  p95Ms: number | null;
}

/** The latest durations of one tier. */
export interface Latency {
  add(durationMs: number): void;
  stats(): LatencyStats;
}

const kept = 256;

/** Keeps the last 256 durations. */
export function createLatency(): Latency {
  const durations: number[] = [];
  let next = 0;
  return {
    add(durationMs) {
      durations[next] = durationMs;
      next = (next + 1) % kept;
    },
    stats() {
      if (durations.length === 0) return { meanMs: null, p95Ms: null };
      const sorted = durations.toSorted((a, b) => a - b);
      const meanMs = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
      return { meanMs, p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null };
    },
  };
}
