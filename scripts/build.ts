/**
 * Builds the packages that are published: JavaScript by esbuild, one file per public entry and what entries share in
 * chunks, and declarations by tsc, one file per source.
 *
 * node --conditions=hawser-source scripts/build.ts [folder of packages/]
 */
import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { build, type Plugin } from 'esbuild'

interface Manifest {
  readonly sideEffects?: boolean
  readonly files: readonly string[]
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string | object>>>>
  readonly exports?: Readonly<Record<string, { readonly default: string }>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** The sources of what users can name: each stands in `dist/` where it stands in `src/`. */
const entriesOf = ({ exports = {}, bin = {} }: Manifest): string[] =>
  [...Object.values(exports).map((target) => target.default), ...Object.values(bin)].map(sourceOf)

/** The sources that a package names for itself: those it chooses from by the runtime it finds itself in, and those of threads. */
const ownOf = ({ imports = {} }: Manifest): string[] => {
  const targets = Object.values(imports).flatMap((choices) => Object.values(choices))
  return [...new Set(targets)]
    .filter((target) => typeof target === 'string')
    .filter((target) => target.startsWith('./dist/'))
    .map(sourceOf)
}

/** What a thread runs shares nothing with what its process runs, or that would be cut into as many files as they share parts. */
const isThread = (source: string): boolean => source.endsWith('-thread.ts')

const sourceOf = (file: string): string => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts')

/**
 * Lets every entry reach what the first one reaches, so that all they share with it is one chunk instead of one for each
 * set of entries: every file that a process loads costs it about half a millisecond. Nothing is added to the entries.
 */
const shareChunk = (folder: string, [first, ...others]: readonly string[]): Plugin => ({
  name: 'share-chunk',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!others.some((entry) => path === join(folder, entry))) return undefined
      const target = relative(dirname(path), join(folder, first!)).split(sep).join('/')
      return { contents: `${readFileSync(path, 'utf8')}import './${target}'\n`, loader: 'ts' }
    })
  },
})

const installed = ({ dependencies, peerDependencies }: Manifest): string[] =>
  Object.keys({ ...dependencies, ...peerDependencies })

const bundle = async (folder: string): Promise<void> => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const entries = entriesOf(manifest)
  const own = ownOf(manifest)
  const main = [...entries, ...own.filter((entry) => !isThread(entry))]
  const written = await bundleTogether(folder, manifest, main, [shareChunk(folder, entries)])
  for (const entry of own.filter(isThread)) written.push(...(await bundleTogether(folder, manifest, [entry], [])))
  if (manifest.sideEffects === false) dropBareImports(folder, written)
  removeStale(folder, new Set(written))
}

const bundleTogether = async (
  folder: string,
  manifest: Manifest,
  entryPoints: string[],
  plugins: Plugin[],
): Promise<string[]> => {
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints,
    plugins,
    outbase: 'src',
    outdir: 'dist',
    // Flat, so that `../package.json` is the same from every file.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    mainFields: ['module', 'main'],
    // Installed beside the package; a development dependency goes into it.
    external: [
      'node:*',
      'cloudflare:*',
      ...Object.keys(manifest.imports ?? {}),
      ...installed(manifest).flatMap((name) => [name, `${name}/*`]),
    ],
    sourcemap: true,
    sourcesContent: !manifest.files.includes('src'),
    metafile: true,
    logLevel: 'warning',
    logOverride: { 'ignored-bare-import': 'silent' },
  })
  return Object.keys(metafile.outputs)
}

/**
 * Of a chunk that is loaded without taking anything from it nothing is wanted, and bundlers warn whoever uses the package. The line
 * stays, for the source map.
 */
const dropBareImports = (folder: string, written: readonly string[]): void => {
  for (const file of written.filter((path) => path.endsWith('.js')).map((path) => join(folder, path))) {
    const code = readFileSync(file, 'utf8')
    const wanted = code.replace(/^import "\.{1,2}\/(?:\.\.\/)*chunk-\w+\.js";$/gm, '')
    if (wanted !== code) writeFileSync(file, wanted)
  }
}

/** Only what nothing stands behind any more, so that a program that runs from `dist/` keeps its files. */
const removeStale = (folder: string, written: ReadonlySet<string>): void => {
  for (const file of globSync('dist/**/*.{js,js.map,d.ts,d.ts.map}', { cwd: folder })) {
    const path = file.split(sep).join('/')
    const source = path.replace(/^dist/, 'src').replace(/\.d\.ts(?:\.map)?$/, '.ts')
    const isLive = path === source.replace(/^src/, 'dist') ? written.has(path) : existsSync(join(folder, source))
    if (!isLive) rmSync(join(folder, file))
  }
}

const declare = async (folder: string): Promise<void> => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [tsc, '-b', join(folder, 'tsconfig.build.json')])
}

const folders = globSync(`packages/${process.argv[2] ?? '*'}/tsconfig.build.json`, { cwd: root })
  .map((path) => join(root, path, '..'))
  .toSorted()

try {
  await Promise.all(folders.map(bundle))
  // One after the other: a package is declared before those that refer to it, and once.
  for (const folder of folders) await declare(folder)
} catch (error) {
  const { stdout, message } = error as Error & { readonly stdout?: string }
  console.error(
    `The build of ${folders.map((folder) => relative(root, folder)).join(', ')} failed:\n${stdout ?? message}`,
  )
  process.exitCode = 1
}
