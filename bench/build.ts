import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

/** Compiles hawser as it is published, so that the bench runs what users install. */
const buildHawser = (): void => {
  const tsc = `${root}node_modules/typescript/bin/tsc`
  const project = `${root}packages/hawser/tsconfig.build.json`
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b', project], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`hawser does not build:\n${stdout}`)
  if (!existsSync(`${root}packages/hawser/dist/index.js`)) throw new Error('the build made no packages/hawser/dist')
}

const files = (...patterns: string[]) => patterns.flatMap((pattern) => globSync(pattern, { cwd: here }))

const shared = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  outbase: '.',
  outdir: 'dist',
  target: 'es2024',
  logLevel: 'error',
} as const

/** Node programs: our own lines in one file each, every package loaded as installed. */
const buildPrograms = () =>
  build({
    ...shared,
    entryPoints: files('contenders/*/{inproc,http,stdio,stdio-plain}.ts', 'child/*.ts'),
    platform: 'node',
    packages: 'external',
  })

/** Workers and clients: one minified file each, with everything in it, as they are deployed. */
const buildBundles = () =>
  build({
    ...shared,
    entryPoints: files('contenders/*/{worker,worker-plain,client}.ts'),
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    minify: true,
  })

export const buildAll = async (withHawser: boolean): Promise<void> => {
  if (withHawser) buildHawser()
  await Promise.all([buildPrograms(), buildBundles()])
}
