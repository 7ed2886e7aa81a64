import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyEdits, type Edit } from './apply-edits.ts';

const { signal } = new AbortController();
const limits = { maxCharacters: 10_000_000, signal };

async function edit(text: string, ...edits: Edit[]): Promise<string> {
  return (await applyEdits(text, edits, limits)).text;
}

describe('what an edit does', () => {
  const cases: readonly [title: string, text: string, edit: Edit, result: string][] = [
    ['replaces text that occurs once', 'one two', { oldText: 'two', newText: 'three' }, 'one three'],
    ['takes $ for a character', 'price: x', { oldText: 'x', newText: "$& $1 $$ $` $'" }, "price: $& $1 $$ $` $'"],
    ['removes text', 'a b c', { oldText: ' b', newText: '' }, 'a c'],
    ['replaces as many as expected', 'a-a-a', { oldText: 'a', newText: 'b', expected: 3 }, 'b-b-b'],
    ['finds \\n in \\r\\n and writes \\r\\n', 'a\r\nb\r\n', { oldText: 'a\nb', newText: 'x\ny\nz' }, 'x\r\ny\r\nz\r\n'],
    ['writes the ending of the place in a mixed file', 'a\nb\nc\r\nd', { oldText: 'c\nd', newText: '1\n2' }, 'a\nb\n1\r\n2'],
    ['leaves other lines of a mixed file alone', 'a\r\nb\nc\rd', { oldText: 'b', newText: 'B' }, 'a\r\nB\nc\rd'],
    ['writes the ending of the file where a line had none', 'a\r\nb\r\nc', { oldText: 'c', newText: 'c\nd' }, 'a\r\nb\r\nc\r\nd'],
    ['takes endings with \\r as they are', 'a\r\nb', { oldText: 'a\r\nb', newText: 'a\r\nx' }, 'a\r\nx'],
    ['can change endings', 'a\r\nb', { oldText: '\r', newText: '' }, 'a\nb'],
    ['keeps classic endings', 'a\rb\rc', { oldText: 'b\n', newText: 'x\ny\n' }, 'a\rx\ry\rc'],
    ['replaces across surrogate pairs', '😀😁', { oldText: '😁', newText: '😂' }, '😀😂'],
  ];
  it.each(cases)('%s', async (_title, text, one, result) => {
    expect(await edit(text, one)).toBe(result);
  });

  it('applies a batch one after the other', async () => {
    const edits = [
      { oldText: 'a', newText: 'b' },
      { oldText: 'bb', newText: 'c' },
    ];
    expect(await applyEdits('ab', edits, limits)).toEqual({ text: 'c', replacements: 2 });
  });
});

describe('what an edit refuses', () => {
  const cases: readonly [title: string, text: string, edit: Edit, message: RegExp][] = [
    ['an empty text', 'a', { oldText: '', newText: 'x' }, /oldText is empty/],
    ['no change', 'a', { oldText: 'a', newText: 'a' }, /changes nothing/],
    ['two places', 'a\nb\na', { oldText: 'a', newText: 'x' }, /in 2 places \(lines 1, 3\); one was meant/],
    ['places that overlap', 'aaa', { oldText: 'aa', newText: 'x' }, /places that overlap/],
    ['another number of places', 'a a a', { oldText: 'a', newText: 'x', expected: 2 }, /in 3 places .* expected is 2/],
    ['one place where two are expected', 'a', { oldText: 'a', newText: 'x', expected: 2 }, /in 1 place .* expected is 2/],
    ['\\r\\n in a file with \\n', 'a\nb', { oldText: 'a\r\nb', newText: 'x' }, /differ in: line ending/],
    ['another indentation', '\tif (a) {\n\t\tb();\n', { oldText: '  if (a) {\n    b();', newText: 'x' }, /Lines 1-2 .* indentation\./],
    ['a space at the end', 'a = 1;  \nb', { oldText: 'a = 1;\nb', newText: 'x' }, /differ in: whitespace at the end/],
    ['other quotes', 'say “hello”', { oldText: 'say "hello"', newText: 'x' }, /differ in: quotes.*\n.*\\u\{201c\}hello/],
    ['another Unicode form', 'caf\u00e9 noir', { oldText: 'cafe\u0301 noir', newText: 'x' }, /Unicode form/],
    ['a space that does not break', 'one\u00a0two', { oldText: 'one two', newText: 'x' }, /whitespace between words.*\n.*\\u\{a0\}/],
    ['a character without width', 'key\u200bword', { oldText: 'keyword', newText: 'x' }, /invisible characters/],
    ['another dash', 'pages 1–9 only', { oldText: 'pages 1-9 only', newText: 'x' }, /differ in: dashes/],
    ['another word', 'one\nreturn total + tax;\n', { oldText: 'return total + fee;', newText: 'x' }, /Line 2 is nearest.*words\.\n.*tax/],
    ['what is like nothing', 'one', { oldText: 'zebra', newText: 'x' }, /no line is like it/],
  ];
  it.each(cases)('%s', async (_title, text, one, message) => {
    await expect(edit(text, one)).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) });
  });

  it('a batch as a whole, naming the edit that does not fit', async () => {
    const edits = [
      { oldText: 'a', newText: 'b' },
      { oldText: 'zebra', newText: 'c' },
    ];
    await expect(edit('a', ...edits)).rejects.toMatchObject({ message: expect.stringContaining('edits[1].oldText') });
  });

  it('a text that grows too large', async () => {
    const growing = applyEdits('aaaa', [{ oldText: 'a', newText: 'b'.repeat(100), expected: 4 }], { maxCharacters: 200, signal });
    await expect(growing).rejects.toMatchObject({ code: 'LIMIT', message: expect.stringContaining('400') });
  });

  it('to go on when the caller is gone', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    const late = applyEdits('a\r\n'.repeat(500_000), [{ oldText: 'zebra', newText: 'x' }], { maxCharacters: 1e7, signal: gone });
    await expect(late).rejects.toThrow('gone');
  });
});

it('changes only the place of the edit, whatever the endings around it', async () => {
  const piece = fc.constantFrom('a', 'b', ' ', '\n', '\r\n', '\r');
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.array(piece), async (before, after) => {
      const [head, tail] = [before.join(''), after.join('')];
      expect(await edit(`${head}<x>${tail}`, { oldText: '<x>', newText: '<y>' })).toBe(`${head}<y>${tail}`);
    }),
  );
});

it('finds what indexOf finds, in any text', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 }), async (whole, part) => {
      const count = whole.split(part).length - 1;
      const result = applyEdits(whole, [{ oldText: part, newText: 'c', expected: Math.max(1, count) }], limits);
      if (count === 0) await expect(result).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      else expect((await result).text).toBe(whole.replaceAll(part, 'c'));
    }),
  );
});

describe('how long an edit holds up other calls', () => {
  const cases: readonly [title: string, text: string, edit: Edit][] = [
    ['a periodic text', 'a'.repeat(4_000_000), { oldText: `${'a'.repeat(500)}b${'a'.repeat(500)}`, newText: 'x' }],
    ['a long quotation', 'a'.repeat(4_000_000), { oldText: `${'a'.repeat(2_000_000)}b`, newText: 'x' }],
    ['many line endings', 'ab\r\n'.repeat(1_000_000), { oldText: 'zebra crossing', newText: 'x' }],
    ['wide lines of spaces', `${' '.repeat(400)}\n`.repeat(10_000), { oldText: `${' '.repeat(300)}z\n`, newText: 'x' }],
  ];
  it.each(cases)('%s: below 500 ms of computing at a time', async (_title, text, one) => {
    let worstMs = 0;
    let last = computedMs();
    const timer = setInterval(() => {
      worstMs = Math.max(worstMs, computedMs() - last);
      last = computedMs();
    }, 1);
    await expect(edit(text, one)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    clearInterval(timer);
    expect(Math.max(worstMs, computedMs() - last)).toBeLessThan(500);
  });
});

/** Time that this thread has computed, however busy the machine is. */
function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
