import { isAppError } from '@trellis-mcp/errors';
import { showText } from '../text/show-name.ts';
import type { AdviceContext, PlannedStatement } from './advise-indexes.ts';
import { renderCandidate, type Candidate } from './candidate.ts';
import { isFatal } from './is-fatal.ts';
import { canTry, tryCandidates, type Trial, type TrialResult } from './try-candidates.ts';

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
/** An index without which so much of the saving is left is not needed. */
const dispensable = 0.95;
/** Most candidates of one plan: each makes planning longer. */
const maxTogether = 12;

/** Asks the planner, when hypopg is there, which candidates it would use and what they save; drops the others. The best first. */
export async function measureGains(
  candidates: readonly Candidate[],
  planned: readonly PlannedStatement[],
  context: MeasureContext,
): Promise<readonly MeasuredCandidate[]> {
  const { hypopg, notes } = context;
  const costs =
    hypopg === undefined ? new Map<Candidate, Costs>() : await tryAll(candidates.filter(canTry), planned, { ...context, hypopg });
  const measured = [...costs].flatMap(([candidate, { before, after }]) => {
    const gain = before > 0 ? 1 - after / before : 0;
    if (gain < smallestGain) {
      notes.add(
        `${renderCandidate(candidate)}: tried with hypopg, and the planner would not use it, gains little, or does as well with another.`,
      );
      return [];
    }
    return [{ ...candidate, gain: Number(gain.toFixed(3)) }];
  });
  const others = candidates.filter((candidate) => !costs.has(candidate));
  return [...measured.toSorted((a, b) => b.gain - a.gain), ...others.toSorted((a, b) => shareOf(b) - shareOf(a))];
}

/** Costs of the statements that use a candidate, added up; nothing when none does. */
interface Costs {
  before: number;
  after: number;
}

/** Candidates that could be tried; the others are missing. */
async function tryAll(
  candidates: readonly Candidate[],
  planned: readonly PlannedStatement[],
  { source, hypopg, options, progress, notes, total }: MeasureContext & { readonly hypopg: string },
): Promise<ReadonlyMap<Candidate, Costs>> {
  const costs = new Map<Candidate, Costs>();
  const trials = new Trials({ source, hypopg, options }, notes);
  for (const [index, statement] of planned.entries()) {
    progress(total + index, total * 2, `Trying indexes for ${showText(statement.name, 60)}`);
    const tried = asking(candidates, index);
    const results = await trials.run(statement, tried);
    for (const candidate of results === undefined ? [] : tried) {
      const sum = costs.get(candidate) ?? { before: 0, after: 0 };
      const cost = results?.get(candidate);
      const isUsed = cost !== undefined;
      costs.set(candidate, {
        before: sum.before + (isUsed ? statement.cost * statement.weight : 0),
        after: sum.after + (cost ?? 0) * statement.weight,
      });
    }
  }
  return costs;
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

  /**
   * Plans a statement with all candidates, without each that was used, and with each of those that are needed alone.
   *
   * @returns The cost that is due to each that is needed, nothing when none could be tried.
   */
  async run(statement: PlannedStatement, candidates: readonly Candidate[]): Promise<ReadonlyMap<Candidate, number> | undefined> {
    const together = candidates.length === 0 ? undefined : await this.#try(statement, candidates);
    const [only, second] = together?.used ?? [];
    if (together === undefined || only === undefined || second === undefined) {
      return together === undefined ? undefined : new Map(only === undefined ? [] : [[only, together.cost]]);
    }
    const costs = new Map<Candidate, number>();
    for (const [candidate, without] of await this.#needed(statement, together)) {
      const alone = (await this.#try(statement, [candidate]))?.cost ?? statement.cost;
      // What brings little by itself may bring much beside another.
      costs.set(candidate, Math.min(alone, (statement.cost * together.cost) / without));
    }
    return costs;
  }

  /** Leaves out one after the other what the rest does as well, and gives the cost without each that stays. */
  async #needed(statement: PlannedStatement, together: TrialResult): Promise<ReadonlyMap<Candidate, number>> {
    let kept = together.used;
    const needed = new Map<Candidate, number>();
    for (const candidate of together.used.toReversed()) {
      const rest = kept.filter((other) => other !== candidate);
      const without = rest.length === 0 ? statement.cost : ((await this.#try(statement, rest))?.cost ?? statement.cost);
      if (statement.cost - without >= (statement.cost - together.cost) * dispensable) {
        kept = rest;
      } else {
        needed.set(candidate, without);
      }
    }
    return needed;
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
      if (!isAppError(error) || isFatal(error)) {
        throw error;
      }
      this.#notes.add(`${statement.name}: hypopg could not try ${candidates.map(renderCandidate).join('; ')}: ${error.message}`);
      return undefined;
    }
  }
}
