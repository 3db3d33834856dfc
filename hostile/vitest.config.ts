import { defineConfig } from 'vitest/config'

const report = process.env['TEST_REPORT']

export default defineConfig({
  // As in the configuration of the other tests: packages of this workspace resolve to their sources.
  ssr: {
    resolve: {
      conditions: ['hawser-source', 'module', 'node'],
      externalConditions: ['hawser-source', 'node', 'module-sync'],
    },
  },
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    pool: 'forks',
    // Attacks keep the machine busy: one file at a time, so that they do not attack each other.
    fileParallelism: false,
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 30_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
