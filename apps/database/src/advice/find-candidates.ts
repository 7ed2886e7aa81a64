import { sizeKey } from '../plans/load-table-sizes.ts';
import { formatCount } from '../text/format.ts';
import type { AdviceContext, PlannedStatement } from './advise-indexes.ts';
import { buildCandidates, noteOfSize } from './build-candidates.ts';
import { isCoveredBy, renderCandidate, type Candidate } from './candidate.ts';
import type { IndexKey } from './index-key.ts';
import type { Extensions } from './load-extensions.ts';
import { loadImmutable } from './load-immutable.ts';
import { isUserTable, type FactsByTable } from './load-table-facts.ts';
import { mergeCandidates } from './merge-candidates.ts';
import type { TableFacts } from './table-facts.ts';
import type { Wish } from './wish.ts';

/** What {@link findCandidates} needs. */
export interface Search {
  readonly facts: FactsByTable;
  readonly notes: Set<string>;
  readonly extensions: Extensions;
  readonly source: AdviceContext['source'];
  /** Whether callers may know of some tables only: the others are not named. */
  readonly isLimited: boolean;
}

/** A node that takes less of the cost of its statement is not worth a note. */
const telling = 0.2;

/** Finds the indexes that plans wish for and that are not there; says in notes why others are missing. */
export async function findCandidates(planned: readonly PlannedStatement[], search: Search): Promise<readonly Candidate[]> {
  const keys = planned.flatMap(({ wishes }) => wishes.flatMap(({ conditions, sort }) => [...conditions, ...sort].map(({ key }) => key)));
  const isImmutable = await loadImmutable(keys, search.source);
  const found = planned.flatMap(({ wishes }, statement) => {
    const granted = wishes.map((wish) => grant(wish, statement, { ...search, isImmutable }));
    const refused = new Set(wishes.flatMap(({ together }, place) => (granted[place]?.isServed === true ? [] : (together ?? []))));
    return granted.flatMap(({ candidates }, place) => (refused.has(wishes[place]?.together ?? -1) ? [] : candidates));
  });
  return mergeCandidates(found).filter((candidate) => !noteCovered(candidate, search.notes));
}

interface Granted {
  readonly candidates: readonly Candidate[];
  /** By them, or by what is there already. */
  readonly isServed: boolean;
}

const nothing: Granted = { candidates: [], isServed: false };

function grant(wish: Wish, statement: number, search: Search & { isImmutable: (key: IndexKey) => boolean }): Granted {
  const { facts, notes, extensions, isImmutable } = search;
  const table = facts.get(sizeKey(wish.table));
  if (table === undefined) {
    noteUnknown(wish, search);
    return nothing;
  }
  const tooSmall = noteOfSize(table);
  if (tooSmall !== undefined) {
    notes.add(tooSmall);
    return nothing;
  }
  // The planner itself says no to what is not selective; without it, the bar is higher.
  const maxSelectivity = extensions.has('hypopg') ? 0.5 : 0.1;
  const built = buildCandidates(wish, statement, { table, extensions, isImmutable, maxSelectivity });
  if (built.length === 0) {
    noteHopeless(wish, table, notes);
  }
  return { candidates: built.filter((candidate) => !noteCovered(candidate, notes)), isServed: built.length > 0 };
}

function noteUnknown({ table, node }: Wish, { notes, isLimited }: Search): void {
  if (isUserTable(table)) {
    notes.add(isLimited ? 'Tables outside of --allow-tables were not judged.' : `${node}: not a table that can be judged here.`);
  }
}

function noteHopeless({ why, share, node, filter = 'what it does', rows }: Wish, { rows: all = 0 }: TableFacts, notes: Set<string>): void {
  if (why === 'filter' && share >= telling) {
    notes.add(`${node}: no index helps with ${filter} (keeps about ${formatCount(rows)} of ${formatCount(all)} rows).`);
  }
}

/** @returns Whether an index that is there, also a broken one, makes a candidate superfluous. */
function noteCovered(candidate: Candidate, notes: Set<string>): boolean {
  const existing = candidate.table.indexes.filter((index) => isCoveredBy(candidate, index));
  const valid = existing.find(({ isValid }) => isValid);
  const [broken] = existing;
  if (valid !== undefined && candidate.demands.some(({ wish }) => wish.share >= telling)) {
    notes.add(`${valid.name} is there already and does what "${renderCandidate(candidate)}" would do; the planner chose another way.`);
  } else if (valid === undefined && broken !== undefined) {
    notes.add(`${broken.name} would help but is invalid, as after a failed build: REINDEX INDEX CONCURRENTLY ${broken.name}.`);
  }
  return broken !== undefined;
}
