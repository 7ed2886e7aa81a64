import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createParser } from './parser.ts';
import { readStatement } from './read-statement.ts';
import { shapeOf } from './shape-of.ts';

describe('the shape of a statement', () => {
  it.each([
    ['select * from items where id = 42', 'select * from items where id = 0'],
    ["select 'it''s' as a, $1, $12 from t1 where b1 in (1, 2.5)", "select '' as a, $1, $12 from t1 where b1 in (0, 0.0)"],
    ['select 999999999, 9999999999 limit 10', 'select 0, 0.0 limit 0'],
    ["select date 'today', 'Renowned'", "select date 'today', 'Renowned'"],
    ['select a$1 from t_2', 'select a$1 from t_2'],
  ])('%s is %s', (sql, shape) => {
    expect(shapeOf(sql)).toBe(shape);
  });

  it.each([
    'select "1"',
    'select 1 -- 2',
    'select 1 /* 2 */',
    "select '\\'",
    'select $$1$$',
    'select $a$1$a$',
    "select e'1'",
    "select u&'1' uescape '!'",
    "select 'no'\n'w'",
    "select 'a",
    'select 1e5',
    'select 0x1f',
    'select 1_000',
    'select .5',
    'select 1.',
    'select 1.5.5',
    'select 1a',
    'select \u00e4',
    'select\f1',
    'select 1::FLOAT (25)',
  ])('is not told of %j', (sql) => {
    expect(shapeOf(sql)).toBeUndefined();
  });
});

/** Where a text, a comment or a name ends decides whether `lower` is called. */
const pieces = [
  ...[
    '2',
    "'a'",
    "'now'",
    ',lower(a)',
    ",lower(a)--'",
    ',a',
    '::float(9)',
    "'",
    "--'",
    "/*'",
    "'*/",
    "\n'",
    '\n',
    ' ',
    "\\'",
    ",e'",
    ",u&'",
  ],
  ...[`,"'`, `'"`, ",$$'", "'$$", ",$a$'", "'$a$", ' as a$1', '.', '.5', '-', ' x'],
];

const text = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((words) => `select 1${words.join('')}`);
const others = fc.array(fc.tuple(fc.constantFrom('7', '1.5', '9999999999', '60'), fc.constantFrom("'c'", "''", "'now'", "'it''s'")), {
  minLength: 9,
  maxLength: 9,
});

it('two statements of one shape are the same to the gate, whatever their text', async () => {
  const parser = createParser();
  let met = 0;
  await fc.assert(
    fc.asyncProperty(text, others, async (sql, constants) => {
      let at = 0;
      const other = sql.replace(/'(?:[^']|'')*'|\d+/g, (found) => constants[at++ % 9]?.[found.startsWith("'") ? 1 : 0] ?? found);
      const shape = shapeOf(sql);
      if (shape === undefined || other === sql || shapeOf(other) !== shape) return;
      const [one, two] = [await parser.parse(sql), await parser.parse(other)];
      // What PostgreSQL cannot read it refuses itself.
      if (one.kind !== 'tree' || two.kind !== 'tree') return;
      met += 1;
      expect({ sql, other, facts: two.statements.map(readStatement) }).toEqual({ sql, other, facts: one.statements.map(readStatement) });
    }),
    { numRuns: process.env['SOAK'] === '1' ? 1_000_000 : 20_000 },
  );
  expect(met).toBeGreaterThan(100);
});
