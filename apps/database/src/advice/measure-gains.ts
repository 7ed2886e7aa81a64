import { isAppError } from '@trellis-mcp/errors';
import { showText } from '../plans/show-name.ts';
import { renderCandidate, type Candidate } from './candidate.ts';
import type { AdviceContext, PlannedStatement } from './advise-indexes.ts';
import { canTry, tryCandidates, type Trial } from './try-candidates.ts';

/** A candidate and what it would bring. */
export interface MeasuredCandidate extends Candidate {
  /** 1 - new cost / old cost over the statements that use it, 0 to 1; absent when the planner was not asked. */
  readonly gain?: number;
}

/** What {@link measureGains} needs beside the candidates. */
export interface MeasureContext extends Pick<AdviceContext, 'source' | 'options' | 'progress'> {
  /** Schema of hypopg, quoted; without it nothing is measured. */
  readonly hypopg: string | undefined;
  readonly notes: Set<string>;
  /** Steps before the first trial, of which there are as many again at most. */
  readonly total: number;
}

/** Most plans with hypothetical indexes in one call. */
const maxTrials = 60;
const smallestGain = 0.1;
/** Most candidates of one plan: each makes planning longer. */
const maxTogether = 12;

/** Asks the planner, when hypopg is there, which candidates it would use and what they save; drops the others. The best first. */
export async function measureGains(
  candidates: readonly Candidate[],
  planned: readonly PlannedStatement[],
  { source, hypopg, options, progress, notes, total }: MeasureContext,
): Promise<readonly MeasuredCandidate[]> {
  const triable = hypopg === undefined ? [] : candidates.filter(canTry);
  const others = candidates.filter((candidate) => !triable.includes(candidate));
  const costs = new Map(triable.map((candidate) => [candidate, { before: 0, after: 0 }]));
  if (hypopg !== undefined) {
    const trials = new Trials({ source, hypopg, options }, notes);
    for (const [index, statement] of planned.entries()) {
      progress(total + index, total * 2, `Trying indexes for ${showText(statement.name, 60)}`);
      for (const [candidate, cost] of await trials.run(statement, asking(triable, index))) {
        const sum = costs.get(candidate);
        if (sum !== undefined) {
          sum.before += statement.cost * statement.weight;
          sum.after += cost * statement.weight;
        }
      }
    }
  }
  const measured = triable.flatMap((candidate) => {
    const { before = 0, after = 0 } = costs.get(candidate) ?? {};
    const gain = before > 0 ? 1 - after / before : 0;
    if (gain < smallestGain) {
      notes.add(`${renderCandidate(candidate)}: tried with hypopg, and the planner would not use it or gains little.`);
      return [];
    }
    return [{ ...candidate, gain: Number(gain.toFixed(3)) }];
  });
  return [...measured.toSorted((a, b) => b.gain - a.gain), ...others.toSorted((a, b) => shareOf(b) - shareOf(a))];
}

/** Candidates that a statement asked for. */
function asking(candidates: readonly Candidate[], statement: number): readonly Candidate[] {
  return candidates.filter(({ demands }) => demands.some((demand) => demand.statement === statement)).slice(0, maxTogether);
}

function shareOf({ demands }: Candidate): number {
  return Math.max(...demands.map(({ wish }) => wish.share));
}

/** Trials within a limit. */
class Trials {
  readonly #trial: Trial;
  readonly #notes: Set<string>;
  #left = maxTrials;

  constructor(trial: Trial, notes: Set<string>) {
    this.#trial = trial;
    this.#notes = notes;
  }

  /** Plans a statement with all candidates, then with each that was used alone. @returns The cost with each that is used. */
  async run(statement: PlannedStatement, candidates: readonly Candidate[]): Promise<ReadonlyMap<Candidate, number>> {
    const together = candidates.length === 0 ? undefined : await this.#try(statement, candidates);
    const [only, second] = together?.used ?? [];
    if (together === undefined || only === undefined) {
      return new Map();
    }
    if (second === undefined) {
      return new Map([[only, together.cost]]);
    }
    const costs = new Map<Candidate, number>();
    for (const candidate of together.used) {
      const alone = await this.#try(statement, [candidate]);
      // Used with others only: the gain is that of all together.
      costs.set(candidate, alone === undefined || alone.used.length === 0 ? together.cost : alone.cost);
    }
    return costs;
  }

  async #try(statement: PlannedStatement, candidates: readonly Candidate[]) {
    if (this.#left === 0) {
      this.#notes.add(`Only ${String(maxTrials)} plans with hypothetical indexes were made.`);
      return undefined;
    }
    this.#left -= 1;
    try {
      return await tryCandidates(statement, candidates, this.#trial);
    } catch (error) {
      if (!isAppError(error) || error.code === 'CANCELLED' || error.code === 'UPSTREAM') {
        throw error;
      }
      this.#notes.add(`${statement.name}: hypopg could not try ${candidates.map(renderCandidate).join('; ')}: ${error.message}`);
      return undefined;
    }
  }
}
