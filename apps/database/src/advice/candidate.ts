import { quoteIdentifier } from '../text/quote-identifier.ts';
import { keyId, renderKey, type IndexKey } from './index-key.ts';
import type { ExistingIndex, TableFacts } from './table-facts.ts';
import type { Wish } from './wish.ts';

/** An index that is not there. */
export interface Candidate {
  readonly table: TableFacts;
  readonly method: 'btree' | 'gin' | 'gist';
  /** Compared for equality, in any order. */
  readonly equals: readonly CandidateKey[];
  /** Ordered or compared by range, after {@link Candidate.equals} and in this order. */
  readonly tail: readonly CandidateKey[];
  /** Only rows for which this holds. */
  readonly where?: Predicate;
  /** Extension that it needs and that is not installed. */
  readonly needs?: string;
  readonly demands: readonly Demand[];
}

/** One key of a candidate. */
export interface CandidateKey {
  readonly key: IndexKey;
  /** What follows it in SQL, such as ` DESC` or ` text_pattern_ops`. */
  readonly suffix: string;
}

/** Predicate of a partial index. */
export interface Predicate {
  readonly key: IndexKey;
  readonly kind: 'null' | 'notNull' | 'true' | 'false';
}

/** What asks for a candidate. */
export interface Demand {
  /** Number of the statement, from 0. */
  readonly statement: number;
  readonly wish: Wish;
  /** The foreign key behind it, as a sentence has it. */
  readonly foreignKey?: string;
}

const predicates = { null: ' IS NULL', notNull: ' IS NOT NULL', true: '', false: '' } as const;

/** The statement that would create a candidate; partitioned tables have no CONCURRENTLY. */
export function renderCandidate({ table, method, equals, tail, where }: Candidate): string {
  const how = table.isPartitioned ? '' : ' CONCURRENTLY';
  return `CREATE INDEX${how} ON ${table.name}${method === 'btree' ? '' : ` USING ${method}`} (${renderKeys(table, [...equals, ...tail])})${renderWhere(table, where)}`;
}

/** `customer_id, placed_at DESC`, as CREATE INDEX has it. */
export function renderKeys(table: TableFacts, keys: readonly CandidateKey[]): string {
  return keys.map(({ key, suffix }) => `${renderKey(key, quoteBy(table))}${suffix}`).join(', ');
}

function renderWhere(table: TableFacts, where: Predicate | undefined): string {
  return where === undefined
    ? ''
    : ` WHERE ${where.kind === 'false' ? 'NOT ' : ''}${renderKey(where.key, quoteBy(table))}${predicates[where.kind]}`;
}

function quoteBy({ columns }: TableFacts): (column: string) => string {
  return (column) => columns.get(column)?.quoted ?? quoteIdentifier(column);
}

/** Two keys are interchangeable when this is equal. */
export function candidateKeyId({ key, suffix }: CandidateKey): string {
  return `${keyId(key)}${suffix}`;
}

/** Candidates of one group can be merged: same table, method and rows. */
export function groupId({ table, method, where }: Candidate): string {
  return JSON.stringify([table.name, method, where === undefined ? '' : [where.kind, keyId(where.key)]]);
}

/** Whether an index that is there does what a candidate would do. */
export function isCoveredBy({ method, equals, tail }: Candidate, index: ExistingIndex): boolean {
  if (index.isPartial) {
    return false;
  }
  const keys = index.keys.map((found) =>
    found === undefined ? '' : `${keyId(found.key)}${found.opclass === undefined ? '' : ` ${found.opclass}`}`,
  );
  const wanted = equals.map(({ key }) => keyId(key));
  if (method !== 'btree') {
    return index.method === method && index.keys[0] !== undefined && wanted[0] === keyId(index.keys[0].key);
  }
  if (index.method === 'hash') {
    return tail.length === 0 && wanted.length === 1 && wanted[0] === keys[0];
  }
  const isUniqueHit = index.isUnique && keys.every((key) => wanted.includes(key));
  const start = keys.slice(0, wanted.length);
  const rest = keys.slice(wanted.length);
  const holdsEquals = start.length === wanted.length && start.every((key) => wanted.includes(key));
  const holdsTail = tail.every((key, place) => keyWithClass(key) === rest[place]);
  return index.method === 'btree' && (isUniqueHit || (holdsEquals && holdsTail));
}

/** Direction does not matter: an index is read both ways. */
function keyWithClass({ key, suffix }: CandidateKey): string {
  return `${keyId(key)}${suffix.endsWith('_ops') ? suffix : ''}`;
}

/** Whether a candidate makes an index that is there superfluous: the index is a start of it. */
export function replaces(candidate: Candidate, index: ExistingIndex): boolean {
  const keys = index.keys.map((found) => (found?.opclass === undefined && found !== undefined ? keyId(found.key) : ''));
  const wanted = [...candidate.equals, ...candidate.tail].map(keyWithClass);
  const isStart = keys.length < wanted.length && keys.every((key, place) => key === wanted[place]);
  return (
    isStart &&
    index.method === 'btree' &&
    candidate.method === 'btree' &&
    candidate.where === undefined &&
    !index.isUnique &&
    !index.isPartial
  );
}
