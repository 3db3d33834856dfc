import { configDefaults, defineConfig } from 'vitest/config'

const report = process.env['TEST_REPORT']

export default defineConfig({
  // Packages of this workspace resolve to their sources, so that tests need no build.
  ssr: {
    resolve: {
      conditions: ['hawser-source', 'module', 'node'],
      externalConditions: ['hawser-source', 'node', 'module-sync'],
    },
  },
  test: {
    include: ['{packages,examples,docs,conformance,interop,bench,scripts}/**/*.test.ts'],
    // Projects to be made run their tests as their owners do.
    exclude: [...configDefaults.exclude, 'packages/create-hawser/templates'],
    pool: 'forks',
    // So that what the runtime resolves itself, such as the module of a thread, is a source, too.
    execArgv: ['--conditions=hawser-source'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
