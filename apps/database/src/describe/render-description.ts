import { toOneLine } from '../text/to-one-line.ts';
import type { DescribedColumn, ForeignKey, Overload, Reference } from './description-row.ts';
import type { Description } from './to-description.ts';

/** Longest line, in characters. */
const maxLine = 600;

/** A description as text: one fact a line, in few words, at most `maxBytes`. What comes from the database cannot end a line. */
export function renderDescription(description: Description, maxBytes: number): string {
  const { name, kind, comment, columns = [], primaryKey, foreignKeys = [], referencedBy = [] } = description;
  const lines = [
    `${kind} ${name}${renderSize(description)}${comment === undefined ? '' : ` -- ${comment}`}`,
    ...columns.map((column) => `  ${renderColumn(column)}`),
    ...(primaryKey === undefined ? [] : [`primary key (${primaryKey.join(', ')})`]),
    ...foreignKeys.map((key) => `foreign key ${renderKey(key)}`),
    ...referencedBy.map((key) => `referenced by ${renderReference(key)}`),
    ...renderRest(description),
  ].map((line) => toOneLine(line, maxLine));
  let bytes = 0;
  const end = lines.findIndex((line) => (bytes += Buffer.byteLength(line) + 1) > maxBytes);
  return (end === -1 ? lines : [...lines.slice(0, end), '... (cut)']).join('\n');
}

function renderSize({ rows, bytes }: Description): string {
  const parts = [...(rows === undefined ? [] : [`about ${String(rows)} rows`]), ...(bytes === undefined ? [] : [`${String(bytes)} bytes`])];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function renderColumn({ name, type, comment, ...rest }: DescribedColumn): string {
  return [
    `${name} ${type}`,
    ...(rest.nullable === undefined ? ['not null'] : []),
    ...(rest.identity === undefined ? [] : [`identity ${rest.identity}`]),
    ...(rest.default === undefined ? [] : [`default ${rest.default}`]),
    ...(rest.generated === undefined ? [] : [`generated ${rest.generated}`]),
    ...(rest.values === undefined ? [] : [`{${rest.values.join(', ')}}`]),
    ...(rest.denied === undefined ? [] : ['(may not be selected)']),
    ...(comment === undefined ? [] : [`-- ${comment}`]),
  ].join(' ');
}

function renderKey({ columns, table, to, onDelete, onUpdate, notValid }: ForeignKey): string {
  return [
    `(${columns.join(', ')}) -> ${table} (${to.join(', ')})`,
    ...(onDelete === undefined ? [] : [`on delete ${onDelete}`]),
    ...(onUpdate === undefined ? [] : [`on update ${onUpdate}`]),
    ...(notValid === undefined ? [] : ['not valid']),
  ].join(' ');
}

function renderReference({ columns, table, to, onDelete }: Reference): string {
  return `${table} (${columns.join(', ')}) -> (${to.join(', ')})${onDelete === undefined ? '' : ` on delete ${onDelete}`}`;
}

function renderRest({ indexes = [], constraints = [], triggers = [], rowSecurity, partitions, ...rest }: Description): string[] {
  return [
    ...indexes.map(({ name, definition = name, invalid }) => `index ${definition}${invalid === undefined ? '' : ' (invalid)'}`),
    ...constraints,
    ...triggers.map((trigger) => `trigger ${trigger}`),
    ...(rowSecurity === undefined ? [] : [`row security: ${JSON.stringify(rowSecurity)}`]),
    ...(partitions === undefined ? [] : [`partitions: ${JSON.stringify(partitions)}`]),
    ...(rest.of === undefined ? [] : [`of ${rest.of}`]),
    ...(rest.values === undefined ? [] : [`values: ${rest.values.join(', ')}`]),
    ...renderBlock('definition', rest.definition),
    ...(rest.sequence === undefined ? [] : [`sequence: ${JSON.stringify(rest.sequence)}`]),
    ...(rest.overloads ?? []).flatMap(renderOverload),
    ...(rest.may === undefined ? [] : [`this role may: ${rest.may.join(', ') || 'nothing'}`]),
    ...(rest.sample ?? []).map((row) => `row ${JSON.stringify(row)}`),
    ...(rest.notes ?? []).map((note) => `note: ${note}`),
  ];
}

function renderBlock(title: string, text: string | undefined): string[] {
  return text === undefined
    ? []
    : [
        title,
        ...text
          .trim()
          .split('\n')
          .map((line) => `    ${line}`),
      ];
}

function renderOverload({ arguments: parameters, returns, volatility, type, language, definition, comment }: Overload): string[] {
  const about = comment === undefined ? '' : ` -- ${comment}`;
  return renderBlock(
    `(${parameters}) -> ${returns} (${[volatility, type, language].filter(Boolean).join(', ')})${about}`,
    definition ?? '',
  );
}
