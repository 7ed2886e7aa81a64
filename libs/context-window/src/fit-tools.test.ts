import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { countTokens } from './count-tokens.ts';
import type { FittableTool } from './edit-tool.ts';
import { fitTools } from './fit-tools.ts';
import { isWarning } from './is-warning.ts';
import { splitSentences } from './split-sentences.ts';

const isSoak = process.env['SOAK'] === '1';
const prose = 'It has one row for each table. Rows are sorted by name. Views are among them. ';
const tool = {
  name: 'delete_rows',
  title: 'Rows',
  description: `Finds rows. ${prose}Never call it twice. For example: users.`,
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    title: 'Input',
    description: prose,
    properties: {
      title: { type: 'string', title: 'Title', description: `A title. ${prose}`, examples: ['a', 'b'], minLength: 1, maxLength: 9 },
      examples: { enum: ['title', 'description'], description: `One of two. ${prose}Must not be empty.`, default: 'title' },
      limit: { $comment: 'inner', type: 'integer', minimum: 1, maximum: 100, title: 'Count', description: `How many. ${prose}` },
    },
    required: ['title', 'examples'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    title: 'Output',
    properties: { rows: { type: 'array', description: `Rows. ${prose}`, examples: [[1]] } },
  },
  annotations: { title: 'Rows', readOnlyHint: false },
  icons: [{ src: 'https://example.com/icon.png' }],
} satisfies FittableTool & Record<string, unknown>;
const other = { ...tool, name: 'other_tool' };

/** The tool fitted to what each stage leaves, found by asking for one token less each time. */
function stages(): (typeof tool)[] {
  const seen: (typeof tool)[] = [];
  for (let budget = fitTools([tool], { budget: 1e9 }).before; ; budget -= 1) {
    const { tools, fits } = fitTools([tool], { budget });
    const [fitted] = tools;
    if (!fits || fitted === undefined) return seen;
    seen.push(fitted);
  }
}

const text = (value: unknown): string => JSON.stringify(value);

describe('fitting tools', () => {
  it('changes nothing within the budget, not even the object', () => {
    const { tools, before, after, fits, report } = fitTools([tool], { budget: 10_000 });
    expect(tools[0]).toBe(tool);
    expect(before).toBe(countTokens(JSON.stringify(tool)));
    expect({ after, fits, report }).toEqual({ after: before, fits: true, report: [{ name: 'delete_rows', before, after: before }] });
  });

  it('leaves its input alone', () => {
    const copy = structuredClone(tool);
    fitTools([tool], { budget: 1 });
    expect(tool).toEqual(copy);
  });

  it('drops examples first, then titles, then prose of results, then prose of arguments', () => {
    const marks = stages().map((fitted) => [
      text(fitted).includes('"examples":['),
      fitted.annotations.title === 'Rows',
      text(fitted.outputSchema).includes('Views'),
      text(fitted.inputSchema).includes('Views'),
    ]);
    const order = [...new Set(marks.map((row) => row.map(Number).join('')))];
    expect(order).toEqual(['1111', '0111', '0011', '0001', '0000'].filter((row) => order.includes(row)));
    expect(order.at(-1)).toBe('0000');
    expect(order).toContain('0011');
  });

  it('keeps what a call depends on when everything else is gone', () => {
    const { tools, fits } = fitTools([tool], { budget: 1 });
    expect(fits).toBe(false);
    expect(tools[0]).toEqual({
      name: 'delete_rows',
      description: 'Finds rows. Never call it twice.',
      inputSchema: {
        type: 'object',
        description: 'It has one row for each table.',
        properties: {
          title: { type: 'string', description: 'A title.', minLength: 1, maxLength: 9 },
          examples: { enum: ['title', 'description'], description: 'One of two. Must not be empty.', default: 'title' },
          limit: { type: 'integer', minimum: 1, maximum: 100, description: 'How many.' },
        },
        required: ['title', 'examples'],
        additionalProperties: false,
      },
      outputSchema: { type: 'object', properties: { rows: { type: 'array' } } },
      annotations: { readOnlyHint: false },
      icons: [{ src: 'https://example.com/icon.png' }],
    });
  });
});

describe('many tools', () => {
  it('are cut where it saves most, and only as many as the budget needs', () => {
    const long = {
      ...tool,
      name: 'long_tool',
      inputSchema: { type: 'object', examples: Array.from({ length: 200 }, (_v, index) => ({ index })) },
    };
    const { before } = fitTools([tool, long, other], { budget: 1e9 });
    const { tools, report } = fitTools([tool, long, other], { budget: before - 50 });
    expect(tools.map((fitted, index) => fitted === [tool, long, other][index])).toEqual([true, false, true]);
    expect(report[1]?.after).toBeLessThan(report[1]?.before ?? 0);
  });

  it('are counted by a counter that is passed', () => {
    expect(fitTools([tool], { budget: 1e9, count: (json) => json.length }).before).toBe(JSON.stringify(tool).length);
  });

  it('take a bounded time', () => {
    const many = Array.from({ length: isSoak ? 300 : 100 }, (_v, index) => ({ ...tool, name: `tool_${index}` }));
    const { before } = fitTools(many, { budget: 1e9 });
    const start = performance.now();
    expect(fitTools(many, { budget: before * 0.55 })).toMatchObject({ fits: true });
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});

const word = fc.constantFrom('Lists', 'never', 'rows', 'must', 'title', 'e.g.', 'users', 'limit', 'only', 'é', 'For example');
const sentence = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => `${words.join(' ')}.`);
const description = fc.array(sentence, { maxLength: 6 }).map((sentences) => sentences.join(' '));
const annotations = fc.record({ title: sentence, description, examples: fc.array(fc.jsonValue(), { maxLength: 2 }) }, { requiredKeys: [] });
const key = fc.constantFrom('title', 'description', 'examples', '$comment', 'a', 'properties', '__proto__', 'items');

const { schema } = fc.letrec<{ schema: Record<string, unknown>; leaf: Record<string, unknown> }>((tie) => ({
  leaf: fc
    .tuple(
      annotations,
      fc.oneof(
        fc.record({ type: fc.constant('string'), minLength: fc.nat(3), maxLength: fc.integer({ min: 3, max: 6 }) }),
        fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: -5, max: 0 }), maximum: fc.integer({ min: 1, max: 5 }) }),
        fc.record({ enum: fc.uniqueArray(fc.constantFrom('title', 'examples', 1, null), { minLength: 1 }) }),
        fc.record({ const: fc.record({ title: fc.constant('x'), examples: fc.constant([1]) }) }),
      ),
    )
    .map((parts) => Object.assign({}, ...parts) as Record<string, unknown>),
  schema: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc
      .tuple(annotations, fc.dictionary(key, tie('schema'), { maxKeys: 4 }), fc.boolean(), fc.uniqueArray(key, { maxLength: 2 }))
      .map(([texts, properties, isClosed, required]) => ({
        ...texts,
        type: 'object',
        properties,
        required,
        ...(isClosed && { additionalProperties: false }),
      })),
    fc.tuple(annotations, tie('schema')).map(([texts, items]) => ({ ...texts, type: 'array', items, maxItems: 3 })),
    fc.tuple(annotations, fc.array(tie('schema'), { minLength: 1, maxLength: 3 })).map(([texts, anyOf]) => ({ ...texts, anyOf })),
  ),
}));

const instance = fc.oneof(
  { maxDepth: 3 },
  // What compares instances in ajv calls these two.
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !/"(?:valueOf|toString)":/.test(JSON.stringify(value))),
  fc.dictionary(key, fc.oneof(fc.string({ maxLength: 7 }), fc.integer({ min: -7, max: 7 }), fc.constant('title')), { maxKeys: 4 }),
);

const ajv = new Ajv2020({ strict: false, validateFormats: false, addUsedSchema: false });
const warningsOf = (prosaic: string): string[] =>
  splitSentences(prosaic)
    .map((part) => part.trim())
    .filter(isWarning);

describe('fitted schemas', () => {
  it('are valid and accept the same instances, and every warning is there, whatever the budget', () => {
    fc.assert(
      fc.property(schema, description, fc.array(instance, { minLength: 1, maxLength: 8 }), fc.nat(100), (made, about, instances, share) => {
        // Objects of the generators have no prototype.
        const inputSchema = JSON.parse(JSON.stringify(made)) as Record<string, unknown>;
        const given = { name: 'x', description: about, inputSchema };
        const { before } = fitTools([given], { budget: 1e9 });
        const [fitted] = fitTools([given], { budget: (before * share) / 100 }).tools;
        const ours: unknown = fitted?.inputSchema;
        expect(ajv.validateSchema(ours as object)).toBe(true);
        const judge = ajv.compile(inputSchema);
        const fittedJudge = ajv.compile(ours as object);
        expect(instances.map((value) => fittedJudge(value))).toEqual(instances.map((value) => judge(value)));
        for (const warning of warningsOf(about)) expect(fitted?.description).toContain(warning);
        expect(countWarnings(ours)).toBe(countWarnings(inputSchema));
      }),
      { numRuns: isSoak ? 150 : 50 },
    );
  });
});

/** Warnings in descriptions of schemas, wherever they are nested. */
function countWarnings(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, child]) => sum + (name === 'description' && typeof child === 'string' ? warningsOf(child).length : countWarnings(child)),
    0,
  );
}
