import { readFile } from 'node:fs/promises';

/** One thing to measure: `run` performs the work once and returns its cost (any unit, the same for all variants). */
export interface Variant {
  readonly name: string;
  readonly run: () => Promise<number>;
}

/** The cost of each round, and the median of the round-by-round ratios against the first variant. */
export interface Measured {
  readonly name: string;
  readonly costs: readonly number[];
  readonly ratio: number;
}

/** The middle value; the mean of the two middle ones when there is an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Runs the variants in turn, every second round backwards (A B B A ...), after one uncounted round, so that a drifting machine and what one
 * leaves to the next touch all alike.
 *
 * @param uncounted Rounds before; none for variants that start a fresh process and warm it up each time. Default: 1.
 */
export async function measureInterleaved(variants: readonly Variant[], rounds: number, uncounted = 1): Promise<Measured[]> {
  const costs = new Map<string, number[]>(variants.map((variant) => [variant.name, []]));
  for (let round = -uncounted; round < rounds; round += 1) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      const cost = await variant.run();
      if (round >= 0) costs.get(variant.name)?.push(cost);
    }
  }
  return withRatios([...costs]);
}

/** The named variants, in that order, with ratios against the first of them: several comparisons of one run. */
export function compareTo(measured: readonly Measured[], names: readonly string[]): Measured[] {
  return withRatios(names.map((name) => [name, measured.find((one) => one.name === name)?.costs ?? []]));
}

/** What several runs measured of the same variants, as one; the first run names the first variant first. */
export function joinRounds(measured: readonly Measured[]): Measured[] {
  const names = [...new Set(measured.map(({ name }) => name))];
  return withRatios(names.map((name) => [name, measured.filter((one) => one.name === name).flatMap(({ costs }) => costs)]));
}

function withRatios(all: readonly (readonly [string, readonly number[]])[]): Measured[] {
  const base = all[0]?.[1] ?? [];
  return all.map(([name, costs]) => ({ name, costs, ratio: median(costs.map((cost, index) => cost / (base[index] ?? Number.NaN))) }));
}

/** User and system time a process has used so far, in microseconds (Linux: /proc/PID/stat, 100 ticks a second). */
export async function readCpuMicros(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
