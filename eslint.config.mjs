// What a machine can see and a reviewer should not have to. Layers and names are guarded by test/architecture, layout by prettier.
import tseslint from 'typescript-eslint';
import { purity } from './test/lint/purity.mjs';

const processEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read once, in main.ts, through defineConfig.',
};
const onlyOne = {
  selector: 'CallExpression[callee.property.name=/^(only|skip|todo)$/][callee.object.name=/^(describe|it|test)$/]',
  message: 'No test is focused or skipped.',
};
const forwardReference = {
  selector: "Identifier[name='forwardRef']",
  message: 'Extract the third thing both need; a start must not depend on order.',
};
const enumeration = {
  selector: 'TSEnumDeclaration',
  message: 'Use a union of literals: the words of the wire are the words of the code.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/bundle/',
      '**/node_modules/',
      '.nx/',
      '.kruispunt/',
      'coverage/',
      'libs/contracts/src/generated/',
      'test/architecture/fixtures/',
    ],
  },
  {
    files: ['**/*.{ts,mjs,js}'],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-script-url': 'error',
      'no-param-reassign': 'error',
      'no-constant-binary-expression': 'error',
      'no-self-compare': 'error',
      'no-unreachable': 'error',
      'no-unsafe-finally': 'error',
      'no-template-curly-in-string': 'error',
      'no-duplicate-imports': 'off', // a type import beside a value import of the same module is wanted
      'no-loss-of-precision': 'error',
      'no-sparse-arrays': 'error',
      'no-useless-escape': 'error',
      'object-shorthand': 'error',
      'max-depth': ['error', 4],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A promise nobody waits for is an event nobody knows about.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      // Every case of a union is answered.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-base-to-string': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-extraneous-class': 'off', // a Nest module is an empty class
      'no-restricted-syntax': ['error', processEnv, onlyOne, forwardReference, enumeration],
      'no-console': 'error',
    },
  },
  {
    // These start processes, or are not part of one.
    files: [
      'apps/*/src/main.ts',
      'libs/embedded/**',
      'libs/testkit/**',
      'test/**',
      'docs/**',
      '**/*.spec.ts',
      '**/*.kit.ts',
      '**/*.e2e.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', onlyOne, forwardReference, enumeration] },
  },
  {
    // What these print is what they are for.
    files: ['apps/{cli,proeftuin}/src/**', 'libs/embedded/**', 'test/**', 'docs/examples/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // A mismatch unwinds the walk over a payload by a plain value: an Error per field would pay for a stack on every refusal.
    files: ['libs/contracts/src/{fit,scan}.ts'],
    rules: { '@typescript-eslint/only-throw-error': 'off' },
  },
  {
    // Generators run at build time and stand outside the packages' programs: linted without types.
    files: ['libs/*/codegen/**'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-console': 'off' },
  },
  {
    // A seeded fault holds source text, and the templates in it are not its own.
    files: ['test/simulation/*/*-mutants.ts'],
    rules: { 'no-template-curly-in-string': 'off' },
  },
  {
    // Specs hand in what no type allows, and hooks take functions that return anything.
    files: ['**/*.spec.ts', '**/*.kit.ts', '**/*.e2e.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/prefer-promise-reject-errors': 'off', '@typescript-eslint/only-throw-error': 'off' },
  },
  {
    // Chains, ours and an outsider's: pure, or they cannot be played, folded and held against another version.
    files: ['libs/chains/src/**/*.ts', 'docs/examples/03-write-a-chain.ts'],
    ignores: ['**/*.spec.ts'],
    rules: purity,
  },
);
