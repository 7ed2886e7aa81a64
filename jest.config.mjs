import { availableParallelism } from 'node:os';
import { compileCache } from './tools/gate/src/compile-cache.ts';

process.env.NODE_COMPILE_CACHE ??= compileCache;

/** One Jest for the whole repository: types are stripped by Node itself, packages resolve to their sources. */
export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools', '<rootDir>/benchmarks'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironmentOptions: { customExportConditions: ['@trellis-mcp/source', 'node', 'node-addons'] },
  testTimeout: 120_000,
  testSequencer: './tools/gate/src/long-first.mjs',
  // One more than cores: tests wait for processes, timers and sockets a quarter of their time.
  maxWorkers: availableParallelism() + 1,
  // What suites leave in a worker (compiled WebAssembly, module graphs) slows every later one: 12 minutes became 6.
  workerIdleMemoryLimit: '600MB',
  coverageProvider: 'v8',
};
