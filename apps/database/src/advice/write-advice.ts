import { formatCount } from '../text/format.ts';
import { showText } from '../text/show-name.ts';
import type { PlannedStatement } from './advise-indexes.ts';
import { renderCandidate, renderKeys, replaces, type Candidate, type CandidateKey, type Demand } from './candidate.ts';
import type { MeasuredCandidate } from './measure-gains.ts';
import { canTry } from './try-candidates.ts';

/** One index that would help. */
export interface Advice {
  /** Never run by this server. */
  createSql: string;
  reason: string;
  evidence: string[];
  /** 1 - new cost / old cost of the statements that would use it, as the planner estimates. */
  estimatedGain?: number;
}

const maxEvidence = 4;
/** Fewer writes than these, or than filling the table takes, are no reason to warn. */
const manyWrites = 10_000;

/** Says what an index is for, what speaks for it and what it costs. */
export function writeAdvice(candidate: MeasuredCandidate, planned: readonly PlannedStatement[], hasHypopg: boolean): Advice {
  return {
    createSql: `${renderCandidate(candidate)};`,
    reason: [describeUse(candidate), ...describeKeys(candidate), ...caution(candidate), ...describeDoubt(candidate, hasHypopg)].join(' '),
    evidence: chooseDemands(candidate).map((demand) => describeDemand(demand, candidate, planned)),
    ...(candidate.gain === undefined ? {} : { estimatedGain: candidate.gain }),
  };
}

/** The heaviest of each statement and kind: partitions all say the same. */
function chooseDemands({ demands }: Candidate): readonly Demand[] {
  const heaviest = new Map<string, Demand>();
  for (const demand of demands.toSorted((a, b) => a.wish.share - b.wish.share)) {
    heaviest.set(`${String(demand.statement)} ${demand.wish.why}`, demand);
  }
  return [...heaviest.values()].toSorted((a, b) => a.statement - b.statement).slice(0, maxEvidence);
}

function describeUse({ table, equals, tail, method, where, demands }: Candidate): string {
  const keys = renderKeys(table, equals.map(bare));
  const order = renderKeys(table, tail.map(bare));
  const isSorted = demands.some(({ wish }) => wish.sort.length > 0);
  if (method !== 'btree') {
    return `Finds rows of ${table.name} by what ${keys} holds, without reading all of it.`;
  }
  const found = keys === '' ? '' : ` by ${keys}`;
  const then = order === '' ? '' : isSorted ? ` in the order of ${order}` : `${keys === '' ? ' by' : ', then by'} ${order}`;
  const only = where === undefined ? '' : ' It holds only the rows that pass the test, so it stays small.';
  return `Finds rows of ${table.name}${found}${then}, without reading${isSorted ? ' and sorting' : ''} all of it.${only}`;
}

/** Operator classes say nothing to a reader. */
function bare({ key, suffix }: CandidateKey): CandidateKey {
  return { key, suffix: suffix.endsWith('_ops') ? '' : suffix };
}

function describeKeys(candidate: Candidate): string[] {
  const foreign = candidate.demands.find(({ foreignKey }) => foreignKey !== undefined)?.foreignKey;
  const replaced = candidate.table.indexes.filter((index) => replaces(candidate, index)).map(({ name }) => name);
  return [
    ...(foreign === undefined ? [] : [`The foreign key ${foreign} has no index: DELETE and key changes there read the whole table, too.`]),
    ...(candidate.demands.some(({ wish }) => wish.together !== undefined) ? ['An OR needs an index for each of its sides.'] : []),
    ...(replaced.length === 0 ? [] : [`${replaced.slice(0, 3).join(', ')} would be superfluous then.`]),
    ...(candidate.needs === undefined ? [] : [`Needs CREATE EXTENSION ${candidate.needs} first.`]),
  ];
}

function caution({ table }: Candidate): string[] {
  return [
    ...(table.writes >= Math.max(manyWrites, 1.5 * (table.rows ?? 0))
      ? [`Each write gets dearer: ${formatCount(table.writes)} rows were written since statistics were reset.`]
      : []),
    ...(table.isPartitioned ? ['Partitioned, so that it cannot be built CONCURRENTLY: writes wait for the build.'] : []),
  ];
}

function describeDoubt(candidate: MeasuredCandidate, hasHypopg: boolean): string[] {
  if (candidate.gain !== undefined) {
    return [];
  }
  if (hasHypopg) {
    return [canTry(candidate) ? 'A heuristic: hypopg could not try it.' : 'A heuristic: hypopg cannot try this kind.'];
  }
  return ['A heuristic: without the extension hypopg the planner was not asked.'];
}

function describeDemand({ statement, wish }: Demand, { table }: Candidate, planned: readonly PlannedStatement[]): string {
  const name = planned[statement]?.name ?? '';
  const rows = wish.why === 'sort' ? '' : `, keeps about ${formatCount(wish.rows)} of ${formatCount(table.rows ?? 0)} rows`;
  const joined = wish.partnerRows === undefined ? '' : `, joined with ${formatCount(wish.partnerRows)} rows`;
  return showText(`${name}: ${wish.node} takes ${String(Math.round(wish.share * 100))} % of its cost${rows}${joined}`, 400);
}
