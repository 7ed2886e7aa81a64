/** The part of WebAssembly that is used here; Node has it, TypeScript declares it for browsers only. */
declare namespace WebAssembly {
  /** A compiled module; threads share it when it is posted. */
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
