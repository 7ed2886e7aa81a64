import type { Attack } from './attacks-verdict.ts';

const deep = 30_000;

/** Texts made against the parser. */
export const texts: readonly Attack[] = [
  [``, 'empty', 'nothing'],
  [`-- only a comment`, 'empty', 'a comment'],
  [`;`, 'empty', 'a semicolon'],
  [`selec 1`, 'syntax', 'not SQL'],
  [`select 1'`, 'syntax', 'an open string'],
  [`select 1 /* open`, 'syntax', 'an open comment'],
  [`select $$a`, 'syntax', 'an open dollar quote'],
  [`select ${'('.repeat(deep)}1${')'.repeat(deep)}`, 'nesting', 'deep parentheses'],
  [`select 1${'+1'.repeat(deep)}`, 'nesting', 'a deep expression'],
  [`select ${'not '.repeat(16_000)}true`, 'nesting', 'deep NOT'],
  [`select ${'- '.repeat(deep)}1`, 'nesting', 'deep minus'],
  [`select 1${'::int'.repeat(13_000)}`, 'nesting', 'deep casts'],
  [`select '${'x'.repeat(65_536)}'`, 'too-long', 'more than 64 KiB'],
  [`select '${'\u00e4'.repeat(40_000)}'`, 'too-long', 'more than 64 KiB in UTF-8'],
];
