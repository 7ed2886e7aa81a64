import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createParser } from '../sql/parser.ts';
import { renderKey } from './index-key.ts';
import { readConditions } from './read-conditions.ts';

const parser = createParser();
const subplans = ['InitPlan 1', 'SubPlan 2'];

/** `kind alias.key` of each condition. */
async function read(text: string): Promise<string[]> {
  const { conditions } = await readConditions({ text, subplans }, parser);
  return conditions.map(({ kind, alias, key }) => `${kind} ${alias}: ${renderKey(key, (column) => column)}`);
}

const expressions: readonly (readonly [text: string, found: readonly string[]])[] = [
  ['(o.id = 5)', ['equal o: id']],
  ['(5 = o.id)', ['equal o: id']],
  ['(o.customer_id = c.id)', ['equal o: customer_id', 'equal c: id']],
  ['((o.a >= $1) AND (o.a < $2) AND (o.b = ANY ($3)))', ['range o: a', 'range o: a', 'equal o: b']],
  ["((o.note)::text ~~ 'ab%'::text)", ['prefix o: ((note)::text)']],
  ["(o.note ~~ '%abc%'::text)", ['substring o: note']],
  ["(o.note ~~ '%ab%'::text)", []],
  ["(o.note ~~* 'ab%'::text)", []],
  ['(o.note ~~ $1)', []],
  ["(lower(o.note) = 'x'::text)", ['equal o: lower(note)']],
  ["((o.body -> 'a'::text) ->> 'b'::text) = 'x'::text", ["equal o: ((body -> 'a'::text) ->> 'b'::text)"]],
  [`(o.body @> '{"a": 1}'::jsonb)`, ['contains o: body']],
  ["('{1}'::integer[] <@ o.tags)", ['contains o: tags']],
  [
    '((o.deleted_at IS NULL) AND (NOT o.done) AND o.open AND (o.flag IS TRUE))',
    ['null o: deleted_at', 'false o: done', 'true o: open', 'true o: flag'],
  ],
  ['(o.id = (InitPlan 1).col1)', ['equal o: id']],
  ['((o.a = 1) AND (NOT (hashed SubPlan 2)))', ['equal o: a']],
  ['(o.a = o.b)', []],
  ['(o.a <> 1)', []],
  ['((o.a = 1) OR (o.b = 2))', []],
  ['(random() < o.a)', ['range o: a']],
  ['(lower(o.a || c.b) = $1)', []],
  ['(s.f(o.a) = 1)', []],
  ["(o.a = 'it''s (SubPlan 2) AND ('::text)", ['equal o: a']],
  ['("O""dd"."se lect" = 1)', ['equal O"dd: se lect']],
  ['this is no SQL', []],
  ['1; DROP TABLE t', []],
  ['1 FROM t WHERE (o.a = 1)', []],
  ['', []],
];

describe('conditions', () => {
  it.each(expressions)('of %s are found', async (text, found) => {
    expect(await read(text)).toEqual(found);
  });

  it('of each side of an OR are kept apart', async () => {
    const { choices } = await readConditions({ text: '((o.a = 1) OR ((o.b = 2) AND (o.c > 3)))', subplans: [] }, parser);
    expect(choices.map((sides) => sides.map((side) => side.map(({ kind }) => kind)))).toEqual([[['equal'], ['equal', 'range']]]);
  });

  it('are read from any text without failing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const { parts } = await readConditions({ text: `(o.a = ${text})`, subplans }, parser);
        expect(parts).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });

  it('nested too deeply are passed over', async () => {
    expect(await read(`${'('.repeat(20_000)}o.a${')'.repeat(20_000)} = 1`)).toEqual([]);
    expect(await read(`${'lower('.repeat(30)}o.a${')'.repeat(30)} = 'x'`)).toEqual([]);
    expect(await read('(o.a = 1)')).toEqual(['equal o: a']);
  });
});
