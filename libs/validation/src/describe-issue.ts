import type { z } from 'zod';
import { holdsSecret } from './holds-secret.ts';
import { showValue, showWord } from './show-value.ts';

type Issue = z.core.$ZodIssue;

const zodWording =
  /^(?:Invalid (?:input|option|element|key|UUID|string|number)\b|Invalid [\w .-]+$|Invalid$|Too (?:big|small): |Unrecognized keys?: )/;

const expectedKinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * Says as a predicate ("must be at most 10") what one zod issue means. A message that a schema brought itself is kept; only zod's own
 * wording is replaced. With `isSecret` neither the value nor a message made from it is used.
 */
export function describeIssue(issue: Issue, { isSecret }: { isSecret: boolean }): string {
  if (isMissing(issue)) {
    return zodWording.test(issue.message) ? 'is required' : issue.message;
  }
  if (isSecret) {
    return describeSecretIssue(issue);
  }
  return zodWording.test(issue.message) ? (describeExpected(issue) ?? issue.message) + describeInput(issue) : issue.message;
}

/** Keeps the message of a schema only where the value is known and the message holds nothing of it. */
function describeSecretIssue(issue: Issue): string {
  const isSafe = typeof issue.input === 'string' && !zodWording.test(issue.message) && !holdsSecret(issue.message, issue.input);
  return isSafe ? issue.message : `${describeExpected(issue) ?? 'is not valid'} (the value is not shown, it is a secret)`;
}

function describeInput(issue: Issue): string {
  if (issue.input !== undefined && issue.code !== 'unrecognized_keys') {
    return `; got ${showValue(issue.input)}`;
  }
  const received = /received (\w+)$/.exec(issue.message)?.[1];
  return received === undefined ? '' : `; got ${expectedKinds[received] ?? received}`;
}

function describeExpected(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${expectedKinds[issue.expected] ?? issue.expected}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${countOf(issue.origin, issue.maximum)}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${countOf(issue.origin, issue.minimum)}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${listValues(issue.values)}`;
    case 'unrecognized_keys':
      return `has unknown keys: ${issue.keys
        .slice(0, 20)
        .map((key) => showWord(key))
        .join(', ')}`;
    case 'invalid_format':
      return describeFormat(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`;
    case 'invalid_union':
      return describeUnion(issue.errors);
    case 'invalid_key':
      return `has a key that is not valid: it ${describeKey(issue.issues)}`;
    default:
      return undefined;
  }
}

function isMissing(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.input === undefined && /received undefined$|^is required/.test(issue.message);
}

function describeFormat({ format, message, pattern }: z.core.$ZodIssueInvalidStringFormat): string {
  const rule = /^Invalid string: (must .+)$/s.exec(message)?.[1];
  if (format === 'regex') {
    return `must be text matching ${pattern ?? 'its pattern'}`;
  }
  return rule ?? `must be a valid ${format === 'url' ? 'URL' : showWord(format)}`;
}

/** Without the key itself, which is in the path. */
function describeKey([first]: readonly Issue[]): string {
  const expected = first === undefined || !zodWording.test(first.message) ? undefined : describeExpected(first);
  return expected ?? first?.message ?? 'fits no rule';
}

const counted: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item', map: 'item', file: 'byte' };

function countOf(origin: string, count: number | bigint): string {
  const unit = counted[origin];
  return unit === undefined ? String(count) : `${String(count)} ${unit}${Number(count) === 1 ? '' : 's'}`;
}

function listValues(values: readonly unknown[]): string {
  const shown = values.slice(0, 20).map((value) => (typeof value === 'string' ? showWord(value) : showValue(value)));
  return values.length > 20 ? `${shown.join(', ')}, …` : shown.join(', ');
}

function describeUnion(branches: readonly (readonly Issue[])[]): string {
  const forms = branches.slice(0, 5).flatMap((issues) => issues.slice(0, 1).map((issue) => describeExpected(issue) ?? 'fit its form'));
  return forms.length === 0 ? 'matches none of the allowed forms' : [...new Set(forms)].join(', or ');
}
