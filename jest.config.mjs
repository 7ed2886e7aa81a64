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
  testTimeout: 60_000,
  maxWorkers: '100%',
  coverageProvider: 'v8',
};
