import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import parser from '@typescript-eslint/parser';
import { RuleTester, type Rule } from 'eslint';
import { houseRules } from './index.ts';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;
const tester = new RuleTester({ languageOptions: { parser } });
const file = (name: string): string => join(process.cwd(), name);
const code = (text: string, errors: number | string[]) => ({
  code: text,
  errors: typeof errors === 'number' ? errors : errors.map((messageId) => ({ messageId })),
});

tester.run('no-sync-calls', rule('no-sync-calls'), {
  valid: ['await readFile("x")', 'log.flushSync()', 'createHash("sha256")', 'new DatabaseSync("x")'],
  invalid: ['readFileSync("x")', 'fs.existsSync("x")', 'execFileSync("x")', 'zlib.gzipSync(x)', 'crypto.scryptSync(a, b, 1)'].map((text) =>
    code(text, ['sync']),
  ),
});

tester.run('no-sdk-import', rule('no-sdk-import'), {
  valid: ['import { z } from "zod"', 'import { defineTool } from "@trellis-mcp/server"', 'const name = "@modelcontextprotocol/server"'],
  invalid: [
    'import { McpServer } from "@modelcontextprotocol/server"',
    'import type { Tool } from "@modelcontextprotocol/sdk/types.js"',
    'export { Client } from "@modelcontextprotocol/client"',
    'const sdk = await import("@modelcontextprotocol/client")',
    'const sdk = require("@modelcontextprotocol/sdk")',
    'type Server = import("@modelcontextprotocol/server").McpServer',
  ].map((text) => code(text, ['sdk'])),
});

tester.run('no-ambient', rule('no-ambient'), {
  valid: ['process.pid', 'process.memoryUsage()', 'options.env.HOME', 'import { hrtime } from "node:process"', 'config.exit(1)'],
  invalid: [
    code('process.env.HOME', ['process']),
    code('process["env"]', ['process']),
    code('process.exit(1)', ['process']),
    code('globalThis.process.env', ['process']),
    code('const { env } = process', ['process']),
    code('import { env } from "node:process"', ['process']),
    code('console.log(1)', ['console']),
  ],
});

tester.run('no-swallowed-error', rule('no-swallowed-error'), {
  valid: ['try { a() } catch (error) { log(error) }', 'a().catch((error) => log(error))', 'a().catch(onError)'],
  invalid: ['try { a() } catch {}', 'try { a() } catch { /* fine */ }', 'a().catch(() => {})', 'a().catch(function () {})'].map((text) =>
    code(text, ['swallowed']),
  ),
});

tester.run('no-double-cast', rule('no-double-cast'), {
  valid: ['a as string', '(a satisfies unknown) as string', '[1] as const'],
  invalid: ['a as unknown as string', '(<unknown>a) as string'].map((text) => code(text, ['double'])),
});

tester.run('file-name', rule('file-name'), {
  valid: ['libs/x/src/run-tool.ts', 'libs/x/src/run-tool.test.ts', 'eslint.config.mjs', 'libs/x/src/http2.ts'].map((name) => ({
    code: '',
    filename: file(name),
  })),
  invalid: [
    { code: '', filename: file('libs/x/src/runTool.ts'), errors: [{ messageId: 'kebab' }] },
    { code: '', filename: file('libs/x/src/utils.ts'), errors: [{ messageId: 'nameless' }] },
    { code: '', filename: file('libs/x/src/helpers/sort.ts'), errors: [{ messageId: 'nameless' }] },
  ],
});

tester.run('jsdoc-on-exports', rule('jsdoc-on-exports'), {
  valid: [
    '/** Opens. */\nexport function open(): void {}',
    '/** Opens. */\nexport function open(a: string): void;\nexport function open(a: number): void;\nexport function open(): void {}',
    'export { open } from "./open.ts"',
    'function inner() {}',
  ],
  invalid: [
    code('export const a = 1', ['missing']),
    code('// Opens.\nexport function open(): void {}', ['missing']),
    code('/* A. */ export interface A {}', ['missing']),
  ],
});

/** The rules are typed by typescript-eslint; the tester wants ESLint's own type of the same object. */
function rule(name: keyof typeof houseRules.rules): Rule.RuleModule {
  const found: unknown = houseRules.rules[name];
  if (isRuleModule(found)) return found;
  throw new TypeError(`${name} is no rule.`);
}

function isRuleModule(value: unknown): value is Rule.RuleModule {
  return typeof value === 'object' && value !== null && 'create' in value;
}
