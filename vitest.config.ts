import { defineConfig } from 'vitest/config'

// Workspace packages resolve to their sources, so that tests need no build.
const conditions = ['source', 'import', 'module', 'default']
const report = process.env['TEST_REPORT']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['{packages,examples,docs,conformance,bench,scripts}/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=source'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
