import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxPlanText, renderPlan } from './render-plan.ts';
import { readPlan } from './read-plan.ts';
import { weighNodes } from './weigh-nodes.ts';

const scan = { 'Node Type': 'Seq Scan', 'Relation Name': 't', Schema: 'public', Alias: 't', 'Total Cost': 10, 'Plan Rows': 5 };
const asJson = (plan: unknown, more: object = {}): string => JSON.stringify([{ Plan: plan, ...more }]);

describe('a plan', () => {
  it('is read parents first, with what was measured', () => {
    const plan = readPlan(
      asJson(
        {
          'Node Type': 'Limit',
          'Total Cost': 3,
          'Plan Rows': 2,
          'Actual Rows': 2.5,
          'Actual Loops': 2,
          'Actual Total Time': 0.5,
          Plans: [scan],
        },
        { 'Planning Time': 0.1, 'Execution Time': 1.5, JIT: { Timing: { Total: 0.7 } } },
      ),
    );
    expect(plan).toMatchObject({ planningMs: 0.1, executionMs: 1.5, jitMs: 0.7, leftOut: 0 });
    expect(plan.nodes).toMatchObject([
      { type: 'Limit', children: [1], actual: { rows: 2.5, loops: 2, totalMs: 0.5 } },
      { type: 'Seq Scan', depth: 1, parent: 0, on: { schema: 'public', relation: 't' } },
    ]);
    expect(plan.nodes[1]).not.toHaveProperty('actual');
  });

  it('is read without what is not as expected', () => {
    const { nodes } = readPlan(asJson({ 'Node Type': 7, 'Plan Rows': 'many', Filter: [1], Plans: [scan, 'x', null, 3] }));
    expect(nodes).toMatchObject([{ type: 'Unknown', rows: 0, expressions: {} }, { type: 'Seq Scan' }]);
  });

  it.each([
    ['no JSON', 'Seq Scan on t', 'UPSTREAM'],
    ['nothing', '', 'UPSTREAM'],
    ['another answer', '[]', 'UPSTREAM'],
    ['a list too long', `[${' '.repeat(16_000_001)}]`, 'LIMIT'],
  ])('is not made of %s', (_what, json, code) => {
    expect(() => readPlan(json)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a large plan', () => {
  it('of ten thousand levels is read and cut', () => {
    const json = `[{"Plan":${'{"Node Type":"Limit","Total Cost":1,"Plan Rows":1,"Plans":['.repeat(10_000)}${JSON.stringify(scan)}${']}'.repeat(10_000)}}]`;
    const plan = readPlan(json);
    expect(plan.nodes.length + plan.leftOut).toBe(10_001);
    expect(renderPlan(plan).length).toBeLessThanOrEqual(maxPlanText);
    expect(renderPlan(plan)).toMatch(/\.\.\. \d+ more below/);
  });

  it('of many megabytes is read soon', () => {
    const filter = `(t.id = ${'1'.repeat(1_000)})`;
    const plan = asJson({
      'Node Type': 'Append',
      'Total Cost': 9,
      'Plan Rows': 9,
      Plans: Array.from({ length: 9_000 }, () => ({ ...scan, Filter: filter })),
    });
    const started = performance.now();
    const text = renderPlan(readPlan(plan));
    expect(plan.length).toBeGreaterThan(10_000_000);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(text.length).toBeLessThanOrEqual(maxPlanText);
  });
});

describe('weights', () => {
  it.each([
    ['below a LIMIT', { 'Node Type': 'Limit', 'Total Cost': 1, 'Plan Rows': 1, Plans: [{ ...scan, 'Total Cost': 100 }] }, [0, 1]],
    [
      'below a nested loop',
      {
        'Node Type': 'Nested Loop',
        'Total Cost': 510,
        'Plan Rows': 50,
        Plans: [
          { ...scan, 'Parent Relationship': 'Outer', 'Plan Rows': 50 },
          { ...scan, 'Parent Relationship': 'Inner' },
        ],
      },
      [0, 10, 500],
    ],
    ['of nothing', { 'Node Type': 'Result', 'Total Cost': 0, 'Plan Rows': 1 }, [0]],
  ])('go to the node that takes them: %s', (_what, plan, own) => {
    expect(weighNodes(readPlan(asJson(plan))).own).toEqual(own);
  });

  it('give the time of a CTE to itself, not to the scan that waits for it', () => {
    const timed = (node: object, totalMs: number) => ({ ...node, 'Actual Rows': 1, 'Actual Loops': 1, 'Actual Total Time': totalMs });
    const plan = timed(
      {
        'Node Type': 'Aggregate',
        Plans: [
          timed({ ...scan, 'Parent Relationship': 'InitPlan', 'Subplan Name': 'CTE big' }, 80),
          timed({ 'Node Type': 'CTE Scan', 'CTE Name': 'big', 'Parent Relationship': 'Outer' }, 95),
        ],
      },
      100,
    );
    expect(weighNodes(readPlan(asJson(plan)))).toEqual({ unit: 'ms', own: [5, 80, 15], total: 100 });
  });
});

describe('any plan', () => {
  it('has weights that add up to the whole, and a text that is bounded', () => {
    const nodes: (depth?: number) => fc.Arbitrary<object> = fc.memo((depth): fc.Arbitrary<object> =>
      fc.record({
        'Node Type': fc.constantFrom('Nested Loop', 'Limit', 'Append', 'Seq Scan', 'CTE Scan'),
        'Parent Relationship': fc.constantFrom('Outer', 'Inner', 'InitPlan', 'SubPlan'),
        'Subplan Name': fc.constantFrom('CTE a', 'SubPlan 1', undefined),
        'CTE Name': fc.constantFrom('a', undefined),
        'Total Cost': fc.nat(1_000),
        'Plan Rows': fc.nat(1_000),
        'Relation Name': fc.string({ unit: 'binary', maxLength: 70 }),
        Filter: fc.string({ unit: 'binary', maxLength: 400 }),
        Plans: depth <= 1 ? fc.constant([]) : fc.array(nodes(depth - 1), { maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(nodes(4), (node) => {
        const plan = readPlan(asJson(node));
        const { own, total } = weighNodes(plan);
        expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(total);
        expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
        const text = renderPlan(plan);
        expect(text.length).toBeLessThanOrEqual(maxPlanText);
        expect(text).not.toMatch(/[^\P{C}\n\u200c\u200d]/u);
      }),
      { numRuns: 200 },
    );
  });
});
