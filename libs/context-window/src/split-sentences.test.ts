import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitSentences } from './split-sentences.ts';

const rows: readonly (readonly [text: string, sentences: readonly string[]])[] = [
  ['', []],
  ['One. Two!', ['One.', ' Two!']],
  ['Takes a name, e.g. Users, and more. Next.', ['Takes a name, e.g. Users, and more.', ' Next.']],
  ['Version 1.2 is old. See v. 3.', ['Version 1.2 is old.', ' See v. 3.']],
  ['1. First\n2. Second', ['1. First\n', '2. Second']],
  ['He said "stop." Then left.', ['He said "stop."', ' Then left.']],
  ['Never do this:\n- twice\n- at night\n\nOther. Text.', ['Never do this:\n- twice\n- at night\n\n', 'Other.', ' Text.']],
  ['Intro. Mind:\n- a\n- b', ['Intro.', ' Mind:\n- a\n- b']],
];

it.each(rows)('splits %j', (text, sentences) => {
  expect(splitSentences(text)).toEqual(sentences);
});

it('loses nothing: joined, the sentences are the text', () => {
  const pieces = fc.constantFrom('.', '. ', '\n', '\n\n', ':\n', 'e.g. ', 'Word', ' word', '!', '"', '😀', 'é ', '- ', '1. ');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      expect(splitSentences(parts.join('')).join('')).toBe(parts.join(''));
    }),
  );
});

it.each(['.', '. ', ':\n', '\n ', '!"', 'a', '(', '* '])('takes time in line with the length of %j repeated', (piece) => {
  const start = performance.now();
  splitSentences(piece.repeat(50_000));
  expect(performance.now() - start).toBeLessThan(15_000);
});
