import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Form } from './contenders/index.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

/** Builds the packages as they are published, so that the bench runs what users install. */
const buildHawser = (): void => {
  for (const name of ['hawser', 'oauth']) {
    const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/build.ts`, name], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name} does not build:\n${stderr}`)
    if (!existsSync(`${root}packages/${name}/dist/index.js`)) throw new Error(`the build made no packages/${name}/dist`)
  }
}

const files = (pattern: string) => globSync(pattern, { cwd: here })

const sources = (names: readonly string[], ...forms: readonly Form[]) =>
  names.flatMap((name) => forms.flatMap((form) => files(`contenders/${name}/${form}.ts`)))

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
const buildPrograms = (names: readonly string[]) =>
  build({
    ...shared,
    entryPoints: [
      ...sources(
        names,
        'inproc',
        'sessions',
        'guarded',
        'http',
        'audited',
        'listeners',
        'stdio',
        'stdio-plain',
        'stdio-json-schema',
        'calls',
      ),
      ...files('child/*.ts'),
    ],
    platform: 'node',
    packages: 'external',
  })

/** A program for workerd on Node: what it imports from there is given to it. */
const buildIssuers = (names: readonly string[]) =>
  build({
    ...shared,
    entryPoints: sources(names, 'issuer'),
    platform: 'node',
    alias: { 'cloudflare:workers': './contenders/workers-oauth-provider/cloudflare-workers.ts' },
    external: ['hawser', '@hawser/*'],
  })

/** Workers and clients: one minified file each, with everything in it, as they are deployed. */
const buildBundles = (names: readonly string[]) =>
  buildBundle(sources(names, 'worker', 'worker-plain', 'worker-guarded', 'worker-issuer', 'worker-listeners', 'client'))

/** A whole deployment, without the schema library that its author chose. */
const buildNotes = (names: readonly string[]) => buildBundle(sources(names, 'worker-notes'), ['zod'])

const buildBundle = (entryPoints: string[], external: readonly string[] = []) =>
  build({
    ...shared,
    entryPoints,
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*', ...external],
    minify: true,
  })

/** Builds all that the rows need of these contenders. */
export const buildAll = async (names: readonly string[]): Promise<void> => {
  buildHawser()
  // Clients call Hawser's server, whoever takes part.
  await Promise.all([
    buildPrograms([...new Set([...names, 'hawser'])]),
    buildIssuers(names),
    buildBundles(names),
    buildNotes(names),
  ])
}
