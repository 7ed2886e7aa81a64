import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { countTokens } from './count-tokens.ts';
import { loadExactCounter } from './load-exact-counter.ts';

const english = 'The quick brown fox jumps over the lazy dog. '.repeat(50);
const json = JSON.stringify(Array.from({ length: 100 }, (_value, id) => ({ id, name: `row ${id}`, price: id * 1.5 })));

it('counts as the vocabulary does, control tokens as text', async () => {
  const count = await loadExactCounter();
  expect(count('')).toBe(0);
  expect(count('hello world')).toBe(2);
  expect(count('<|endoftext|>')).toBeGreaterThan(1);
  expect((await loadExactCounter('cl100k_base'))('hello world')).toBe(2);
});

it('is what the estimate comes near to', async () => {
  const count = await loadExactCounter();
  expect(countTokens(english) / count(english)).toBeGreaterThan(0.8);
  expect(countTokens(english) / count(english)).toBeLessThan(1.2);
  expect(countTokens(json) / count(json)).toBeGreaterThan(0.6);
  expect(countTokens(json) / count(json)).toBeLessThan(1.5);
});

it.each(['a', '中', '!', ' ', '😀'])('counts an endless run of %j in a bounded time', async (character) => {
  const count = await loadExactCounter();
  const start = performance.now();
  expect(count(character.repeat(20_000))).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(20_000);
});

it('says what to install when the package is not there', async () => {
  const hooks = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) { if (name.startsWith('gpt-tokenizer')) throw new Error('not found'); return next(name, context); } });
    const { loadExactCounter } = await import(${JSON.stringify(new URL('load-exact-counter.ts', import.meta.url).href)});
    await loadExactCounter().catch(({ code, hint }) => console.log(code, hint));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@trellis-mcp/source', '--input-type=module', '-e', hooks]);
  expect(stdout.trim()).toBe('INVALID_INPUT Install it beside @trellis-mcp/context-window: npm i gpt-tokenizer');
});
