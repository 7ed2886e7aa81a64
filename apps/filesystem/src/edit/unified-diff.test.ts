import { expect, it } from '@jest/globals';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { createUnifiedDiff } from './unified-diff.ts';

it('shows a change with three lines around it', async () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`);
  const diff = await createUnifiedDiff('a.txt', lines.join(''), lines.toSpliced(9, 1, 'changed\n').join(''));
  expect(diff).toBe('--- a.txt\n+++ a.txt\n@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+changed\n line 11\n line 12\n line 13\n');
});

it('has no line of a name', async () => {
  expect(await createUnifiedDiff('a\n+b', 'x\n', 'y\n')).toBe('--- "a\\n+b"\n+++ "a\\n+b"\n@@ -1 +1 @@\n-x\n+y\n');
});

it('is empty for no change', async () => {
  expect(await createUnifiedDiff('a', 'x', 'x')).toBe('');
});

it('says that the last line has no ending', async () => {
  expect(await createUnifiedDiff('a', 'x', 'x\n')).toContain('-x\n\\ No newline at end of file\n+x\n');
});

it('makes the new text of the old one', async () => {
  const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n', 'd'), { maxLength: 30 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, async (before, after) => {
      expect(applyPatch(before, await createUnifiedDiff('f', before, after))).toBe(after);
    }),
  );
});

it('makes the new text of a long one, wherever it changed', async () => {
  const line = 'a line of a long text, as long as such lines are, so that many of them are compared at once';
  const place = fc.nat({ max: 399 });
  await fc.assert(
    fc.asyncProperty(place, place, async (first, second) => {
      const before = Array.from({ length: 400 }, (_, index) => `${index} ${line}\n`);
      const after = before.toSpliced(first, 1, 'changed\n').toSpliced(second, 1);
      expect(applyPatch(before.join(''), await createUnifiedDiff('f', before.join(''), after.join('')))).toBe(after.join(''));
    }),
    { numRuns: 20 },
  );
});

it('does not compare what differs too much, and says so', async () => {
  const [before, after] = ['a\nb\n'.repeat(30_000), 'b\nc\na\n'.repeat(20_000)];
  expect(await createUnifiedDiff('f', before, after)).toMatch(/not compared line by line: \d+ lines before/);
});

it('cuts a long diff and says so', async () => {
  const diff = await createUnifiedDiff('f', '', `${'x'.repeat(999)}\n`.repeat(60));
  expect(diff.length).toBeLessThan(33_000);
  expect(diff).toMatch(/\(cut: the diff has \d+ characters\)\n$/);
});
