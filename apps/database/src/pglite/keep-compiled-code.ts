import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 keep the WASM code that it replaced by faster code, some 20 MB: when it frees such code it now and then finds its own list of it
 * wrong, and ends the process (nodejs/node#64500).
 */
export function keepCompiledCode(): void {
  setFlagsFromString('--no-wasm-code-gc');
}
