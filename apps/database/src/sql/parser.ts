import type { PgQueryInstance } from 'libpg-query/wasm/libpg-query.js';

/** What the parser made of a text. `trap` means that it gave up (too deep a nesting): treat it as a refusal. */
export type ParseOutcome =
  | { readonly kind: 'tree'; readonly statements: readonly unknown[] }
  | { readonly kind: 'syntax'; readonly message: string; readonly position: number }
  | { readonly kind: 'trap'; readonly cause: unknown };

/** PostgreSQL's own parser. */
export interface SqlParser {
  /** Parses a whole text; never throws for what the text holds. `position` counts characters from 1, 0 when unknown. */
  parse(sql: string): Promise<ParseOutcome>;
}

/**
 * PostgreSQL's grammar as WASM (libpg-query), loaded by the first text.
 *
 * A text nested too deeply unwinds the WASM stack by an exception. The instance keeps the stack it lost, and after some dozens of such texts
 * refuses or misreads everything, so it is dropped and the next text gets a new one.
 */
export function createParser(): SqlParser {
  let loading: Promise<PgQueryInstance> | undefined;
  return {
    async parse(sql) {
      const instance = await (loading ??= loadInstance());
      try {
        return parseWith(instance, sql);
      } catch (cause) {
        loading = undefined;
        return { kind: 'trap', cause };
      }
    },
  };
}

async function loadInstance(): Promise<PgQueryInstance> {
  const { default: createInstance } = await import('libpg-query/wasm/libpg-query.js');
  return createInstance();
}

/** Layout of `PgQueryParseResult` in bytes: parse tree, stderr buffer, error; of `PgQueryError`: message at 0, cursor position at 16. */
const offsets = { tree: 0, error: 8, message: 0, position: 16 } as const;

function parseWith(instance: PgQueryInstance, sql: string): ParseOutcome {
  const bytes = instance.lengthBytesUTF8(sql) + 1;
  const text = instance._malloc(bytes);
  instance.stringToUTF8(sql, text, bytes);
  const result = instance._wasm_parse_query_raw(text);
  const outcome = readResult(instance, result);
  instance._free(text);
  instance._wasm_free_parse_result(result);
  return outcome;
}

function readResult(instance: PgQueryInstance, result: number): ParseOutcome {
  const read = (pointer: number): number => instance.getValue(pointer, 'i32');
  const error = result === 0 ? 0 : read(result + offsets.error);
  if (error !== 0) {
    const message = instance.UTF8ToString(read(error + offsets.message));
    // Bison's stack limit: grammar memory, reported as a syntax error.
    return message.startsWith('memory exhausted')
      ? { kind: 'trap', cause: new Error(message) }
      : { kind: 'syntax', message, position: Math.max(0, read(error + offsets.position)) };
  }
  const tree = result === 0 ? 0 : read(result + offsets.tree);
  if (tree === 0) {
    throw new Error('The parser returned no tree.');
  }
  const parsed: unknown = JSON.parse(instance.UTF8ToString(tree));
  const statements = typeof parsed === 'object' && parsed !== null && 'stmts' in parsed ? parsed.stmts : [];
  return { kind: 'tree', statements: Array.isArray(statements) ? statements : [] };
}
