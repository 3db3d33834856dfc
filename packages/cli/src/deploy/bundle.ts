import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import type { Project } from '../wrangler/project.ts'
import { exportLine } from './check-objects.ts'
import { startWrangler } from '../wrangler/start-wrangler.ts'

/** What would be deployed. */
export interface Bundle {
  /** Bytes, and bytes as they are stored. */
  readonly size: number
  readonly gzip: number
  /** Names that the main module exports. */
  readonly exports: readonly string[]
  /** Files that are in it. */
  readonly inputs: readonly string[]
  /** What the Worker may reach, as wrangler says it. */
  readonly bindings: readonly Binding[]
}

export interface Binding {
  readonly name: string
  readonly kind: string
}

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, { readonly exports: readonly string[]; readonly entryPoint?: string }>>
}

const BINDING = /^\s*env\.([A-Za-z_$][\w$]*)(?:\s+\((.*?)\))?\s{2,}(\S.*?)\s*$/

/**
 * Bundles the Worker as wrangler would for deploying it. Nothing is sent, and no account is needed.
 *
 * @throws Failure with what wrangler says when that fails.
 */
export async function bundle(project: Project, env: string | undefined): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-deploy-'))
  try {
    const metafile = join(folder, 'meta.json')
    const lines: string[] = []
    const args = [
      'deploy',
      '--dry-run',
      `--outdir=${folder}`,
      `--metafile=${metafile}`,
      ...(env === undefined ? [] : [`--env=${env}`]),
    ]
    const { ended } = startWrangler(project, args, { onLine: (line) => lines.push(line) < 0 })
    if ((await ended) !== 0) throw cannotBundle(lines)
    const { inputs, outputs } = JSON.parse(await readFile(metafile, 'utf8')) as Metafile
    const main = Object.values(outputs).find(({ entryPoint }) => entryPoint !== undefined)
    return {
      ...(await measure(folder)),
      exports: main?.exports ?? [],
      inputs: Object.keys(inputs).map((file) => resolve(project.folder, file)),
      bindings: lines.flatMap(readBinding),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const NOT_EXPORTED = /not exported in your entrypoint file: ([\w$, ]+)/

function cannotBundle(lines: readonly string[]): Failure {
  const missing = NOT_EXPORTED.exec(lines.join('\n'))?.[1]?.split(', ') ?? []
  const hints = missing.map((name) => `Add to the main file: ${exportLine(name)}`)
  return new Failure(EXIT.definition, 'wrangler cannot bundle the Worker.', [...hints, ...lines.slice(0, 40)])
}

/** Source maps and notes of wrangler are not what runs. */
async function measure(folder: string): Promise<Pick<Bundle, 'size' | 'gzip'>> {
  let size = 0
  let gzip = 0
  for (const name of await readdir(folder)) {
    if (!/\.(?:m?js|wasm|bin|txt|html)$/.test(name)) continue
    const content = await readFile(join(folder, name))
    size += content.length
    gzip += gzipSync(content).length
  }
  return { size, gzip }
}

/** Values of variables are left out. */
function readBinding(line: string): readonly Binding[] {
  const [, name, detail = '', kind = ''] = BINDING.exec(line) ?? []
  if (name === undefined) return []
  return [{ name, kind: detail === '' || detail.startsWith('"') || detail === '(hidden)' ? kind : `${kind} ${detail}` }]
}
