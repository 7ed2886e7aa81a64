/** The Emscripten factory inside libpg-query (pinned): each call makes a parser with a memory of its own. */
declare module 'libpg-query/wasm/libpg-query.js' {
  /** One instance of the WASM parser. */
  interface PgQueryInstance {
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    _wasm_parse_query_raw(sql: number): number;
    _wasm_free_parse_result(result: number): void;
    lengthBytesUTF8(text: string): number;
    stringToUTF8(text: string, pointer: number, bytes: number): void;
    getValue(pointer: number, type: 'i32'): number;
    UTF8ToString(pointer: number): string;
  }
  const createInstance: () => Promise<PgQueryInstance>;
  export type { PgQueryInstance };
  export { createInstance as default };
}
