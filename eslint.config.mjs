import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { houseRules } from './tools/workspace/src/rules/index.ts';

const floors = [0, 1, 2, 3, 4, 5, 6, 7];
const tests = ['**/*.test.ts', '**/test/**/*.ts'];
/** Files that run once, before the first request. */
const startUp = ['**/src/main.ts', '**/src/config.ts', '**/src/deps.ts', '**/src/doctor.ts', 'libs/server/src/run-main.ts'];

const size = {
  'max-lines': ['error', { max: 400 }],
  'max-lines-per-function': ['error', { max: 50 }],
  '@typescript-eslint/max-params': ['error', { max: 3 }],
};

const style = {
  'no-restricted-syntax': [
    'error',
    { selector: 'ExportAllDeclaration', message: 'List the exports by name.' },
    { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
    {
      selector:
        ':matches(ClassDeclaration, TSInterfaceDeclaration, TSTypeAliasDeclaration)[id.name=/(Manager|Helper|Utils?|Service|Base|Impl)$/]',
      message: 'Name it after what it is.',
    },
    {
      selector: 'CallExpression[callee.property.name="only"][callee.object.name=/^(it|test|describe)$/]',
      message: 'A focused test hides all others.',
    },
  ],
  'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
  eqeqeq: 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'trellis/file-name': 'error',
  'trellis/no-double-cast': 'error',
  'trellis/no-swallowed-error': 'error',
  'trellis/no-sdk-import': 'error',
};

const types = {
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/no-unnecessary-type-parameters': 'off',
  '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
  '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
  '@typescript-eslint/require-await': 'off',
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

/** Floor n imports floors below n: strictly down, never sideways, apps never import apps. */
const boundaries = {
  '@nx/enforce-module-boundaries': [
    'error',
    {
      allow: [],
      depConstraints: floors.map((floor) => ({
        sourceTag: `floor:${floor}`,
        onlyDependOnLibsWithTags: floors.filter((below) => below < floor).map((below) => `floor:${below}`),
      })),
    },
  ],
};

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', '**/coverage/', '.nx/', 'tmp/', '**/tmp/', 'apps/*/data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.eslint.json'], tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx, trellis: houseRules },
    rules: { ...style, ...size, ...types, ...boundaries },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: [...tests, ...startUp, 'libs/test{ing,-services}/**'],
    rules: { 'trellis/no-sync-calls': 'error' },
  },
  {
    files: ['libs/*/src/**/*.ts'],
    ignores: [...tests, 'libs/test{ing,-services}/**', 'libs/server/src/{main,run-main}.ts'],
    rules: { 'trellis/no-ambient': 'error' },
  },
  { files: ['libs/*/src/**/*.ts'], ignores: tests, rules: { 'trellis/jsdoc-on-exports': 'error' } },
  {
    files: ['libs/{server,client,testing}/**/*.ts', 'tools/**/*.ts', 'benchmarks/**/*.ts'],
    rules: { 'trellis/no-sdk-import': 'off' },
  },
  {
    files: tests,
    rules: {
      '@typescript-eslint/max-params': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['apps/*/bin/*.cjs', '**/launcher.cjs'], languageOptions: { ecmaVersion: 5, sourceType: 'commonjs' } },
  {
    files: ['**/*.{mjs,cjs,js}'],
    plugins: { trellis: houseRules, '@typescript-eslint': tseslint.plugin },
    rules: { ...size, 'trellis/file-name': 'error', 'trellis/no-swallowed-error': 'error', 'no-undef': 'off', 'no-unused-vars': 'error' },
  },
);
