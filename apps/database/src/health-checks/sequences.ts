import { formatCount, formatShare } from '../text/format.ts';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from './finding.ts';
import type { CheckContext, CheckResult } from './health-check.ts';
import { listSequences, maxSequences, readLastValues, type Sequence } from './sequences/list-sequences.ts';

const fullShare = 0.8;
const graveShare = 0.95;

/** Sequences that are about to run out of numbers, by their own maximum or by the type of the column that they number. */
export async function checkSequences(context: CheckContext): Promise<CheckResult> {
  const sequences = await listSequences(context);
  const open = sequences.filter((sequence) => sequence.open);
  const lastValues = await readLastValues(
    context,
    open.map(({ id }) => id),
  );
  const used = open.flatMap((sequence) => {
    const last = lastValues.get(sequence.id);
    return last === undefined ? [] : [{ sequence, last, share: shareOf(sequence, last) }];
  });
  const full = used.filter(({ share }) => share > fullShare).sort((one, other) => other.share - one.share);
  return { findings: full.slice(0, maxNamed).map(judge), unseen: listUnseen(sequences, open.length) };
}

function shareOf({ start, end }: Sequence, last: string): number {
  const range = Math.abs(Number(end) - Number(start));
  return range === 0 ? 0 : Math.abs(Number(last) - Number(start)) / range;
}

function listUnseen(sequences: readonly Sequence[], open: number): string[] {
  const hidden = sequences.length - open;
  const total = sequences[0]?.total ?? 0;
  return [
    ...(hidden > 0 ? [`The role may not read ${formatCount(hidden)} sequences; GRANT SELECT ON SEQUENCE lets it.`] : []),
    ...(total > maxSequences ? [`There are ${formatCount(total)} sequences; ${formatCount(maxSequences)} were looked at.`] : []),
  ];
}

function judge({ sequence, last, share }: { sequence: Sequence; last: string; share: number }): Finding {
  const { schema, name, start, end, column } = sequence;
  const quoted = quoteQualified(schema, name);
  const severity = share >= graveShare ? 'critical' : 'warning';
  const used = `Sequence ${quoted} is at ${last} of ${end} (${formatShare(share)})`;
  // The other end stays: the sequence may have started below the usual one.
  const unbound = BigInt(end) < BigInt(start) ? 'NO MINVALUE' : 'NO MAXVALUE';
  if (column === null) {
    return toFinding(severity, `${used}.`, `ALTER SEQUENCE ${quoted} AS bigint ${unbound};`);
  }
  const table = quoteQualified(column.schema, column.table);
  const evidence = `${used}, where column ${quoteIdentifier(column.name)} of ${table} (${column.type}) ends. Changing its type rewrites and locks the table.`;
  const fix = `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(column.name)} TYPE bigint;\nALTER SEQUENCE ${quoted} ${unbound} AS bigint;`;
  return toFinding(severity, evidence, fix);
}
