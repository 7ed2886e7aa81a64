import { candidateKeyId, groupId, type Candidate, type CandidateKey } from './candidate.ts';

/** A candidate that may take in others. */
interface Growing {
  candidate: Candidate;
  /** How many of its first keys must stay the first, whatever their order among themselves. */
  free: number;
}

/** Merges candidates that one index can serve: what is a start of another, or the same. */
export function mergeCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  const groups = Map.groupBy(candidates, groupId);
  return [...groups.values()].flatMap(mergeGroup);
}

function mergeGroup(candidates: readonly Candidate[]): readonly Candidate[] {
  const merged: Growing[] = [];
  for (const candidate of candidates.toSorted((a, b) => countKeys(b) - countKeys(a))) {
    if (!merged.some((larger) => takeIn(larger, candidate))) {
      merged.push({ candidate, free: candidate.equals.length });
    }
  }
  return merged.map(({ candidate }) => candidate);
}

function countKeys({ equals, tail }: Candidate): number {
  return equals.length + tail.length;
}

/** @returns Whether the larger one now serves the smaller, too. */
function takeIn(larger: Growing, { equals, tail, demands }: Candidate): boolean {
  const { candidate } = larger;
  // An order by the first column alone is served by any index that starts with it.
  const first = equals.length === 0 && tail.length === 1 ? tail : equals;
  const rest = first === tail ? [] : tail;
  const isSame = rest.length > 0 || tail.length > 1;
  const fits = isSame ? sameSet(equals, candidate.equals) && isStart(tail, candidate.tail) : canLead(first, larger);
  if (!fits && !(equals.length === 0 && candidate.equals.length === 0 && isStart(tail, candidate.tail))) {
    return false;
  }
  const leads = fits && !isSame;
  larger.candidate = {
    ...candidate,
    equals: leads ? [...first, ...candidate.equals.filter((key) => !holds(first, key))] : candidate.equals,
    demands: [...candidate.demands, ...demands],
  };
  larger.free = leads ? first.length : larger.free;
  return true;
}

/** Whether keys can be the first ones of a candidate. */
function canLead(keys: readonly CandidateKey[], { candidate, free }: Growing): boolean {
  return keys.length > 0 && keys.length <= free && keys.every((key) => holds(candidate.equals.slice(0, free), key));
}

function sameSet(a: readonly CandidateKey[], b: readonly CandidateKey[]): boolean {
  return a.length === b.length && a.every((key) => holds(b, key));
}

function isStart(start: readonly CandidateKey[], of: readonly CandidateKey[]): boolean {
  return (
    start.length <= of.length && start.every((key, place) => of[place] !== undefined && candidateKeyId(key) === candidateKeyId(of[place]))
  );
}

function holds(keys: readonly CandidateKey[], wanted: CandidateKey): boolean {
  return keys.some((key) => candidateKeyId(key) === candidateKeyId(wanted));
}
