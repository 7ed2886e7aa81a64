import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startCore } from '../../test/fixture/start-core.ts';
import type { AppCommand } from '../cli/app-command.ts';
import type { AnyTool } from '../define.ts';
import { jsonSchema } from '../schema/json-schema.ts';

const fine: AnyTool<object> = {
  name: 'do_it',
  title: 'Do it',
  description: 'Does it.',
  input: z.object({ id: z.string() }),
  output: z.object({ done: z.boolean() }),
  hints: { readOnly: true },
  run: async () => ({ done: true }),
};
const ref = jsonSchema({ type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } });

const wrong: [string, Partial<AnyTool<object>>, string][] = [
  ['camel case', { name: 'doIt' }, 'snake_case'],
  ['33 characters', { name: 'a'.repeat(33) }, 'at most 32 characters'],
  ['a reserved name', { name: 'health_check' }, 'reserves'],
  ['no title', { title: ' ' }, 'needs a title'],
  ['201 characters of description', { description: 'x'.repeat(201) }, '201 characters; at most 200'],
  ['a reference', { input: ref }, '$ref'],
  ['a union at the top', { input: jsonSchema({ type: 'object', anyOf: [{ required: ['a'] }] }) }, '"anyOf" at its root'],
  ['another dialect', { input: jsonSchema({ type: 'object', $schema: 'http://json-schema.org/draft-07/schema#' }) }, '2020-12'],
  ['an output that is no object', { output: z.array(z.string()) }, 'object at its root'],
  ['an output without JSON form', { output: z.object({ at: z.date() }) }, 'no JSON Schema form'],
  ['the argument memoryId', { input: z.object({ memoryId: z.string() }) }, 'memoryId'],
  ['a deadline of zero', { timeoutMs: 0 }, 'timeoutMs'],
  ['a budget of nothing', { maxResultBytes: 10 }, 'maxResultBytes'],
];

describe('defineServer', () => {
  it.each(wrong)('refuses a tool with %s', (_title, change, text) => {
    expect(() => startCore({ tools: [{ ...fine, ...change }] })).toThrow(text);
    expect(() => startCore({ tools: () => [{ ...fine, ...change }] })).toThrow(text);
  });

  it('reports every problem at once', () => {
    const tools = [{ ...fine, name: 'A' }, { ...fine, title: '' }, fine];
    expect(() => startCore({ tools })).toThrow(/snake_case[\s\S]*needs a title[\s\S]*defined twice/);
  });

  it('takes what the protocol allows under the rules of the protocol', () => {
    const name = 'test_input_required_result_multiple_inputs';
    expect(() => startCore({ tools: [{ ...fine, name, input: ref }], rules: 'protocol' })).not.toThrow();
    expect(() => startCore({ tools: [{ ...fine, name: 'ä' }], rules: 'protocol' })).toThrow('1 to 128');
  });

  it('refuses resources that cannot be told apart or parsed', () => {
    const texts = { name: 'a', title: 'A', description: 'A.', mimeType: 'text/plain', read: async () => '' };
    expect(() => startCore({ resources: [{ ...texts, uri: 'no uri' }] })).toThrow('is not a URI');
    expect(() => startCore({ resources: [{ ...texts, uriTemplate: 'x://{a,b}' }] })).toThrow('one variable');
    expect(() =>
      startCore({
        resources: [
          { ...texts, uri: 'x://a' },
          { ...texts, name: 'b', uri: 'x://a' },
        ],
      }),
    ).toThrow('defined twice');
  });
});

it('refuses to start for a tool name that does not exist, so that a typing error never offers more', () => {
  expect(() => startCore({ tools: [fine] }, { tools: ['do_itt'] })).toThrow('There is no tool "do_itt".');
  expect(() => startCore({ tools: [fine] }, { excludeTools: ['delete_all'] })).toThrow('There is no tool "delete_all".');
});

const command: AppCommand<unknown> = { name: 'print-it', summary: 'Print it.', run: async () => ({ code: 0 }) };

describe('a subcommand of an app', () => {
  it.each<[string, Partial<AppCommand<unknown>>, string]>([
    ['two words', { name: 'print it' }, 'one word in kebab-case'],
    ['snake case', { name: 'print_it' }, 'one word in kebab-case'],
    ['the name of a subcommand of every server', { name: 'doctor' }, 'reserves'],
    ['the first word of one', { name: 'config' }, 'reserves'],
    ['no summary', { summary: ' ' }, 'needs a summary'],
    ['an option in camel case', { options: [{ name: 'toWhom', description: 'Who.' }] }, '--toWhom must be in kebab-case'],
    ['the flag of a setting', { options: [{ name: 'log-level', description: 'Level.' }] }, '--log-level is the flag of a setting'],
    ['the negation of one', { options: [{ name: 'no-legacy-sessions', description: 'No.' }] }, 'is the flag of a setting'],
    ['the flag of help', { options: [{ name: 'help', description: 'Help.' }] }, '--help is the flag of a setting'],
  ])('is refused with %s', (_title, change, text) => {
    expect(() => startCore({ commands: [{ ...command, ...change }] })).toThrow(text);
  });

  it('is refused twice', () => {
    expect(() => startCore({ commands: [command, command] })).toThrow('Command "print-it" is defined twice.');
    expect(() => startCore({ commands: [command] })).not.toThrow();
  });
});
