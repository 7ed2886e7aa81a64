import { AppError } from '@trellis-mcp/errors';
import type { RipgrepEnd } from './run-ripgrep.ts';

/** Folders that cannot be read are no failure; a pattern that cannot be read is the caller's. */
export function assertAnswered({ stderr }: RipgrepEnd): void {
  if (stderr === '') return;
  if (stderr.includes('exceeds size limit')) {
    throw new AppError('LIMIT', 'The pattern is too large once its repetitions are counted.', {
      hint: 'Repeat less, or search for a text with regex: false.',
    });
  }
  const reason = /^error: (.{1,200})/m.exec(stderr)?.[1] ?? /^rg: ((?:the literal|pattern contains) .{1,100})/m.exec(stderr)?.[1];
  if (reason !== undefined) throw invalidPattern(reason);
  throw new AppError('UPSTREAM', 'The search program failed.', { cause: new Error(stderr) });
}

/** The error of a pattern that cannot be compiled. */
export function invalidPattern(reason: string): AppError {
  return new AppError('INVALID_INPUT', `The pattern is no regular expression that can be searched for: ${reason}.`, {
    hint: 'One line at a time, RE2 syntax: no look-around, no back-references. Escape ( ) [ ] { } . * + ? ^ $ | with a backslash, or set regex: false.',
  });
}
