import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Zippable, zipSync } from 'fflate'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { ENTRY_POINT } from './manifest.ts'

/** As much of esbuild as is used: it is the project's own, so that it need not be installed by those who bundle nothing. */
interface Esbuild {
  readonly build: (options: object) => Promise<{
    readonly outputFiles: readonly { readonly text: string }[]
    readonly metafile: { readonly inputs: Readonly<Record<string, unknown>> }
  }>
}

/** Oldest Node that the code is made for; what `hawser` wants. */
const NODE = '22.12'
export const NODE_RANGE = `>=${NODE}`

/** Code of packages that are not of ES modules asks for the modules of Node in its own way. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/**
 * Makes a bundle of a server: its code with that of its dependencies in one file, their licences, and the manifest. The same sources and
 * the same esbuild make the same bytes.
 *
 * @throws Failure when the project has no esbuild, or the code cannot be bundled.
 */
export async function makeBundle(file: string, folder: string, manifest: object): Promise<Uint8Array> {
  const { build } = await findEsbuild(file)
  const path = resolve(file)
  const isFromSource = process.execArgv.includes('--conditions=hawser-source')
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    stdin: {
      contents: `import found from ${JSON.stringify(`./${basename(path)}`)}\nimport { serveStdio } from 'hawser/stdio'\n// A Worker has its server with it.\nserveStdio(found[Symbol.for('hawser.served')] ?? found)\n`,
      resolveDir: dirname(path),
      sourcefile: 'serve.js',
    },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: `node${NODE}`,
    legalComments: 'inline',
    logLevel: 'silent',
    banner: { js: BANNER },
    ...(isFromSource && { conditions: ['hawser-source'] }),
  }).catch((cause: Error) => {
    const [problem = ''] = cause.message.split('\n').slice(1)
    throw new Failure(EXIT.definition, `The server cannot be put into one file: ${problem || cause.message}`, [], {
      cause,
    })
  })
  const code = outputFiles[0]?.text ?? ''
  return zip({
    'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`,
    [ENTRY_POINT]: code,
    'LICENSES.txt': collectLicenses(folder, Object.keys(metafile.inputs)),
  })
}

async function findEsbuild(file: string): Promise<Esbuild> {
  try {
    const path = createRequire(resolve(file)).resolve('esbuild')
    const module = (await import(pathToFileURL(path).href)) as { readonly default: Esbuild }
    return module.default
  } catch (cause) {
    throw new Failure(
      EXIT.usage,
      'A bundle needs esbuild.',
      ['Install it in the project: npm install --save-dev esbuild'],
      { cause },
    )
  }
}

/** Whoever hands code on hands its licence on. */
function collectLicenses(folder: string, inputs: readonly string[]): string {
  const packages = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [])
  const texts = [...new Set(packages)].toSorted().flatMap((path) => {
    const [license] = globSync('{LICENSE,LICENCE,COPYING,license,licence}*', { cwd: join(folder, path) }).toSorted()
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    return license === undefined ? [] : [`${name}\n\n${readFileSync(join(folder, path, license), 'utf8').trim()}\n`]
  })
  return texts.join(`\n${'-'.repeat(72)}\n\n`)
}

/** The earliest time that a zip knows, by the clock of whatever place, so that it is the same everywhere. */
const EPOCH = new Date(1980, 0, 1)

function zip(files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files)
    .filter(([, text]) => text !== '')
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, text]): [string, Zippable[string]] => [
      name,
      [new TextEncoder().encode(text), { mtime: EPOCH, os: 3, attrs: 0o644 << 16, level: 9 }],
    ])
  return zipSync(Object.fromEntries(entries))
}
