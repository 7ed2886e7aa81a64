import { expect, it } from '@jest/globals';
import { judgeSuite } from './judge-suite.ts';

const success = { id: 'a', status: 'SUCCESS' };
const wire = { id: 'wire-schema-valid', status: 'SUCCESS' };

it('passes when every required scenario ran and succeeded', () => {
  const scenarios = new Map([['ping', [success, wire]]]);
  expect(judgeSuite(scenarios, { required: ['ping'], count: 1 })).toEqual({ isOk: true, summary: '1/1 scenarios, 2 checks' });
});

it.each([
  ['one failed', [{ ...success, status: 'FAILURE', errorMessage: 'wrong' }], 'a: wrong'],
  ['its messages broke the wire schema', [success, { id: 'wire-schema-valid', status: 'FAILURE' }], 'wire-schema-valid: failed'],
  ['it only skipped', [{ id: 'a', status: 'SKIPPED' }], 'checked nothing'],
  ['it showed nothing but valid messages', [wire], 'checked nothing'],
  ['it has no checks', [], 'checked nothing'],
])('fails when %s', (_why, checks, text) => {
  const verdict = judgeSuite(new Map([['ping', checks]]), { required: ['ping'], count: 1 });
  expect(verdict.isOk).toBe(false);
  expect(verdict.summary).toContain(text);
});

it('fails when a required scenario was not run', () => {
  expect(judgeSuite(new Map(), { required: ['ping'], count: 1 })).toMatchObject({
    isOk: false,
    summary: expect.stringContaining('was not run'),
  });
});

it('fails when the suite requires fewer scenarios than known', () => {
  const verdict = judgeSuite(new Map([['ping', [success]]]), { required: ['ping'], count: 30 });
  expect(verdict).toMatchObject({ isOk: false, summary: expect.stringContaining('lists 1 scenarios, not 30') });
});

it('counts warnings without failing', () => {
  const scenarios = new Map([['ping', [success, { id: 'b', status: 'WARNING' }]]]);
  expect(judgeSuite(scenarios, { required: ['ping'], count: 1 })).toMatchObject({
    isOk: true,
    summary: expect.stringContaining('1 warnings'),
  });
});
