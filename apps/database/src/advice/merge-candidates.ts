import { candidateKeyId, groupId, type Candidate, type CandidateKey } from './candidate.ts';

/** Keys whose order among themselves is still free, block after block: `(a, b) (c)` is an index on a, b, c or on b, a, c. */
type Blocks = readonly (readonly CandidateKey[])[];

/** A candidate that may take in others. */
interface Growing {
  candidate: Candidate;
  blocks: Blocks;
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
      merged.push({ candidate, blocks: [candidate.equals, ...candidate.tail.map((key) => [key])].filter(({ length }) => length > 0) });
    }
  }
  return merged.map(({ candidate, blocks }) => ({ ...candidate, equals: blocks.flat().slice(0, candidate.equals.length) }));
}

function countKeys({ equals, tail }: Candidate): number {
  return equals.length + tail.length;
}

/** @returns Whether the larger one now serves the smaller, too. */
function takeIn(larger: Growing, { equals, tail, demands }: Candidate): boolean {
  let settled = lead(larger.blocks, equals);
  for (const key of tail) {
    const rest = settled === undefined ? undefined : lead(settled.open, [key]);
    settled = rest === undefined || settled === undefined ? undefined : { done: [...settled.done, ...rest.done], open: rest.open };
  }
  if (settled === undefined) {
    return false;
  }
  larger.blocks = [...settled.done, ...settled.open];
  larger.candidate = { ...larger.candidate, demands: [...larger.candidate.demands, ...demands] };
  return true;
}

/** Puts keys first, in any order; nothing when the order is settled otherwise. */
function lead(blocks: Blocks, keys: readonly CandidateKey[]): { readonly done: Blocks; readonly open: Blocks } | undefined {
  const done: (readonly CandidateKey[])[] = [];
  let wanted = keys;
  for (const [place, block] of blocks.entries()) {
    if (wanted.length === 0) {
      return { done, open: blocks.slice(place) };
    }
    const left = without(block, wanted);
    const missing = without(wanted, block);
    if (left.length > 0 && missing.length > 0) {
      return undefined;
    }
    done.push(without(block, left));
    if (left.length > 0) {
      return { done, open: [left, ...blocks.slice(place + 1)] };
    }
    wanted = missing;
  }
  return wanted.length === 0 ? { done, open: [] } : undefined;
}

function without(keys: readonly CandidateKey[], others: readonly CandidateKey[]): readonly CandidateKey[] {
  const ids = new Set(others.map(candidateKeyId));
  return keys.filter((key) => !ids.has(candidateKeyId(key)));
}
