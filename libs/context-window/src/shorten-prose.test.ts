import { expect, it } from '@jest/globals';
import { dropExamples, shortenProse } from './shorten-prose.ts';

const text = 'Lists the tables. Sorted by name. Deletes nothing. One row each. Never call it twice.';

it('keeps the beginning and the warnings wherever they stand', () => {
  expect(shortenProse(text, { maxChars: 0, keepsLead: true })).toBe('Lists the tables. Deletes nothing. Never call it twice.');
  expect(shortenProse(text, { maxChars: 0, keepsLead: false })).toBe('Deletes nothing. Never call it twice.');
  expect(shortenProse(text, { maxChars: 40, keepsLead: true })).toBe(
    'Lists the tables. Sorted by name. Deletes nothing. Never call it twice.',
  );
});

it('changes nothing of a text that is short enough', () => {
  expect(shortenProse(`  ${text}\n`, { maxChars: 500, keepsLead: false })).toBe(`  ${text}\n`);
});

it('keeps nothing after the first sentence that had no room, so that what is left can be followed', () => {
  const prose = 'Lead. A sentence that is much longer than the others. Short.';
  expect(shortenProse(prose, { maxChars: 20, keepsLead: true })).toBe('Lead.');
});

it('cuts a beginning without an end between words, and a warning never', () => {
  const endless = 'word '.repeat(200);
  expect(shortenProse(endless, { maxChars: 0, keepsLead: true })).toBe(`${'word '.repeat(39)}word…`);
  expect(shortenProse(`never ${endless}`, { maxChars: 0, keepsLead: true })).toBe(`never ${endless}`);
  expect(shortenProse('😀'.repeat(300), { maxChars: 201, keepsLead: true })).toBe(`${'😀'.repeat(100)}…`);
});

it('drops examples that stand in a sentence of their own, unless they warn', () => {
  expect(dropExamples('Takes a name. For example: users. Example "a". Done.')).toBe('Takes a name. Done.');
  expect(dropExamples('Takes a name. For example, never use "root".')).toBe('Takes a name. For example, never use "root".');
  expect(dropExamples('Takes a name (e.g. users).')).toBe('Takes a name (e.g. users).');
});
