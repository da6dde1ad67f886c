// One configuration for every spec. Packages are entered through the `source` condition, so no build is needed to test.
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/', '\\.m?js$'],
  testMatch: ['<rootDir>/{apps,libs,test,docs}/**/*.{spec,e2e}.ts'],
  modulePathIgnorePatterns: ['/dist/', '/bundle/', '<rootDir>/.kruispunt/', '<rootDir>/.nx/'],
  globalSetup: '<rootDir>/test/services/jest-setup.mjs',
  globalTeardown: '<rootDir>/test/services/jest-teardown.mjs',
  maxWorkers: 2,
  // A busy machine is not a broken promise; nothing is proven by a clock.
  testTimeout: 60_000,
};
