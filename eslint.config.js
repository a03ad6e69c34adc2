import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/** Who may import whom, by layer. The same table stands in docs/architecture.md. */
const layers = {
  base: ['base'],
  contract: ['base', 'contract'],
  part: ['base', 'contract'],
  app: ['base', 'contract', 'part'],
  test: ['base', 'test'],
};

/** Who may import whom, by scope. */
const scopes = {
  shared: ['shared'],
  inspector: ['inspector', 'shared'],
  client: ['client', 'shared'],
  coordinator: ['coordinator', 'client', 'shared'],
  cli: ['client', 'coordinator', 'shared'],
};

/** The two tables as constraints; `extraLayers` are open to every project (spec files may use the test kit). */
const boundaries = (extraLayers = []) => [
  'error',
  {
    enforceBuildableLibDependency: false,
    depConstraints: [
      ...Object.entries(layers).map(([layer, allowed]) => ({
        sourceTag: `layer:${layer}`,
        onlyDependOnLibsWithTags: [...allowed, ...extraLayers].map((name) => `layer:${name}`),
      })),
      ...Object.entries(scopes).map(([scope, allowed]) => ({
        sourceTag: `scope:${scope}`,
        onlyDependOnLibsWithTags: allowed.map((name) => `scope:${name}`),
      })),
    ],
  },
];

/** Packages that only some projects may use: who, and what the others do instead. */
const fences = {
  grpc: {
    group: ['@grpc/*', 'grpc-health-check'],
    message:
      'gRPC stays in the apps, inspector-api, inspector-client and the OTLP publisher; take a promise client or a plain function.',
  },
  processes: {
    group: ['child_process', 'node:child_process'],
    message: 'A daemon of ours starts no process; only private-libvirtd, `nephometer dev`, tests and tools do.',
  },
  amqp: {
    group: ['amqplib'],
    message: 'A message bus is spoken to in `nephometer shadow` and the notifier publisher only.',
  },
};

const restrictImports = (...names) => ({
  'no-restricted-imports': ['error', { patterns: names.map((name) => fences[name]) }],
});

export default tseslint.config(
  { ignores: ['tools/fixtures/**', '**/gen/**', '**/dist/**', '**/node_modules/**', '.nx/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx, 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createTypeScriptImportResolver({ alwaysTryTypes: true })],
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      'import-x/no-cycle': 'error',
      ...restrictImports('grpc', 'processes', 'amqp'),
      'max-lines': ['error', { max: 300 }],
      'no-console': ['error'],
      'no-restricted-globals': [
        'error',
        {
          name: 'setInterval',
          message: 'Cycles may overlap and cannot be cancelled: use ticks() of @nephometer/abortable.',
        },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'any',
          message: 'On a long-lived signal it keeps a record per call (nodejs/node issue 54614): use withDeadline().',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'VariableDeclaration[kind=/using$/]',
          message: 'Node 22, which `engines` promises to work on, cannot parse it: use try and finally.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/inspector-api/**/*.ts', 'libs/inspector-client/**/*.ts'],
    rules: restrictImports('processes', 'amqp'),
  },
  { files: ['apps/cli/src/shadow/queue/**/*.ts'], rules: restrictImports('processes') },
  { files: ['libs/private-libvirtd/**/*.ts', 'libs/test-kit/**/*.ts'], rules: restrictImports('grpc', 'amqp') },
  {
    // OTLP over gRPC is a protocol of others: its client and the receiver of its tests belong to nobody else (decision 0019).
    files: ['libs/publishers/src/otlp/**/*.ts', 'libs/test-kit/src/otlp-sink.ts'],
    rules: restrictImports('processes', 'amqp'),
  },
  { files: ['libs/publishers/src/notifier/**/*.ts'], rules: restrictImports('grpc', 'processes') },
  { files: ['apps/cli/src/dev/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', 'tools/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(['test']),
      'no-restricted-imports': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' },
          ],
        },
      ],
    },
  },
  { files: ['tools/**/*.ts', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
);
