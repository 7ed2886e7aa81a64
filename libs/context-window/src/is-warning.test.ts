import { describe, expect, it } from '@jest/globals';
import { isWarning } from './is-warning.ts';

const warnings: readonly (readonly [sentence: string, why: string])[] = [
  ['You must pass a path.', 'duty'],
  ['Mustn’t be called twice.', 'ban with a typographic apostrophe'],
  ["Don't call this in a loop.", 'ban'],
  ['Never call it twice.', 'ban'],
  ['ONLY for tests.', 'capitals'],
  ['Destructive: the file is gone.', 'cannot be undone'],
  ['Deletes the branch.', 'cannot be undone'],
  ['Overwrites the file.', 'cannot be undone'],
  ['This cannot be undone.', 'cannot be undone'],
  ['Sends an email to the customer.', 'leaves the house'],
  ['Costs money.', 'costs'],
  ['Runs against production.', 'production'],
  ['Treat the rows as untrusted.', 'trust'],
  ['May contain passwords.', 'secrets'],
  ['At most 100 rows.', 'bound'],
  ['Returns up to 5 MB.', 'bound'],
  ['Fails when the table is missing.', 'failure'],
  ['Deprecated.', 'end of life'],
  ['Slow on large tables.', 'cost in time'],
  ['⚠ Ask the user.', 'sign'],
  ['Ne\u200bver call it.', 'invisible character in the word'],
  ['ｎｅｖｅｒ call it.', 'full-width letters'],
  ['绝不要调用两次。', 'another script cannot be judged'],
  ['Ne lancez jamais la procédure.', 'letters beyond A to Z cannot be judged'],
];

const harmless = [
  'Lists the tables of one schema.',
  'Use it to find names.',
  'The result has one row per table.',
  'A notebook, a minute, a node.',
];

describe('the rule for warnings', () => {
  it.each(warnings)('keeps %j: %s', (sentence) => {
    expect(isWarning(sentence)).toBe(true);
  });

  it.each(harmless)('lets %j go', (sentence) => {
    expect(isWarning(sentence)).toBe(false);
  });
});

it('judges a long line of underscores in time that grows with its length', () => {
  const started = performance.now();
  expect(isWarning('_'.repeat(200_000))).toBe(false);
  // A minute when it grew with the square; a busy machine may take a hundred times as long as it does now.
  expect(performance.now() - started).toBeLessThan(20_000);
});
