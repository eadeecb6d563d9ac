import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const ts = ['**/*.ts']
const src = ['src/**/*.ts', 'patterns/**/*.ts']

/** Type-checked everywhere: unawaited promises and forgotten cases are the bugs socket code lives with. */
const typescript = {
  files: ts,
  extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    eqeqeq: 'error',
    'max-lines': ['error', { max: 400 }],
    'object-shorthand': 'error',
    '@typescript-eslint/no-import-type-side-effects': 'error',
    '@typescript-eslint/prefer-readonly': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': 'error',

    // `const version: string = '4.3.5'` promises a string, not this one.
    '@typescript-eslint/no-inferrable-types': 'off',
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // They ask for a `!`, for a field in place of a getter that subclasses override, and believe that
    // no call in between can have changed a state.
    '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    '@typescript-eslint/class-literal-property-style': 'off',
    '@typescript-eslint/no-unnecessary-condition': 'off',
    // `_name` says that a parameter is part of a signature and deliberately not used.
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  },
}

/** The house style of the library, where TypeScript offers more ways than one. */
const library = {
  files: src,
  ignores: ['**/*.test.ts', 'patterns/*/{test,example}{/**,.ts}'],
  rules: {
    'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    'no-console': ['error', { allow: ['warn'] }],
    'no-restricted-syntax': [
      'error',
      ...[
        ['ExportDefaultDeclaration', 'Export by name.'],
        ['ExportSpecifier[exported.name="default"]', 'Export by name.'],
        ['TSEnumDeclaration', 'A closed set is a union of strings.'],
        ['TSModuleDeclaration[kind!="global"]', 'A module is a file.'],
        [
          ':matches(PropertyDefinition, MethodDefinition)[accessibility="private"]',
          'Use #private.',
        ],
        ['TSParameterProperty', 'Declare the field, then assign it.'],
      ].map(([selector, message]) => ({ selector, message })),
    ],
  },
}

/** Tests hand over spies, wrong types and callbacks on purpose. */
const tests = {
  files: ['**/test/**/*.ts', '**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-empty-function': 'off',
    '@typescript-eslint/unbound-method': 'off',
  },
}

/** A run must not leave anything out behind a constant in the source. */
const cases = {
  files: ['**/*.test.ts'],
  rules: {
    'no-restricted-syntax': [
      'error',
      {
        selector:
          'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|skipIf|runIf|todo)$/]',
        message: 'Every test runs; only a missing foreign peer is skipped, with requires().',
      },
    ],
  },
}

/** Configuration files in plain JavaScript are in no TypeScript project. */
const scripts = {
  files: ['**/*.{js,cjs}'],
  extends: [tseslint.configs.strict, tseslint.configs.disableTypeChecked],
  languageOptions: { globals: { module: 'writable' } },
}

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'docs/site/', 'test/types/programs/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  typescript,
  library,
  tests,
  cases,
  scripts,
)
