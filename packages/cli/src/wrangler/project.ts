import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'

/** A folder from which a Worker is deployed. */
export interface Project {
  readonly folder: string
  /** The file that says what the Worker is made of. */
  readonly config: string
  readonly wrangler: Wrangler
}

/** The wrangler that the project has installed. */
export interface Wrangler {
  readonly version: string
  /** The file of its command. */
  readonly command: string
  /** The file of its module. */
  readonly module: string
}

const CONFIGS = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml']

/** The configuration of wrangler in a folder or the nearest one above it. */
export function findConfig(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = CONFIGS.map((name) => join(folder, name)).find((file) => existsSync(file))
    if (found !== undefined || folder === dirname(folder)) return found
  }
}

/** The project that a configuration belongs to; absent where wrangler is not installed. */
export function findProject(config: string): Project | undefined {
  const folder = dirname(config)
  const resolver = createRequire(join(folder, 'package.json'))
  try {
    const manifest = resolver.resolve('wrangler/package.json')
    const { version, bin } = resolver(manifest) as Manifest
    const command = join(dirname(manifest), bin['wrangler'] ?? '')
    return { folder, config, wrangler: { version, command, module: resolver.resolve('wrangler') } }
  } catch {
    return undefined
  }
}

interface Manifest {
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
}

/**
 * The same, for who cannot do without.
 *
 * @throws Failure where wrangler is not installed.
 */
export function openProject(config: string): Project {
  const project = findProject(config)
  if (project !== undefined) return project
  throw new Failure(EXIT.usage, `wrangler is not installed in ${dirname(config)}, and it runs and deploys Workers.`, [
    'Install it there: npm install --save-dev wrangler',
  ])
}

/** What of a configuration is looked at; wrangler has read, completed and checked it. */
export interface WorkerConfig {
  readonly name?: string
  readonly main?: string
  readonly account_id?: string
  readonly compatibility_date?: string
  readonly compatibility_flags: readonly string[]
  readonly vars: Readonly<Record<string, unknown>>
  readonly dev?: { readonly port?: number; readonly local_protocol?: 'http' | 'https'; readonly host?: string }
  readonly route?: unknown
  readonly routes?: readonly unknown[]
  readonly secrets?: { readonly required?: readonly string[] }
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string; readonly script_name?: string }[]
  }
  readonly migrations: readonly Migration[]
  readonly queues?: {
    readonly producers?: readonly { readonly binding: string }[]
    readonly consumers?: readonly object[]
  }
  readonly workflows?: readonly { readonly script_name?: string }[]
  readonly build?: { readonly command?: string; readonly cwd?: string }
  readonly assets?: { readonly directory?: string }
}

export interface Migration {
  readonly tag: string
  readonly new_classes?: readonly string[]
  readonly new_sqlite_classes?: readonly string[]
  readonly renamed_classes?: readonly { readonly from: string; readonly to: string }[]
  readonly deleted_classes?: readonly string[]
  readonly transferred_classes?: readonly { readonly to: string }[]
}

/**
 * Reads a configuration as wrangler does, whatever its format.
 *
 * @throws Failure with the words of wrangler for one that is not valid.
 */
export async function readConfig({ config, wrangler }: Project, env: string | undefined): Promise<WorkerConfig> {
  const { unstable_readConfig: read } = (await import(pathToFileURL(wrangler.module).href)) as {
    readonly unstable_readConfig: (args: { readonly config: string; readonly env?: string | undefined }) => WorkerConfig
  }
  try {
    return read({ config, env })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(EXIT.definition, `${config} is not valid: ${message}`, [], { cause })
  }
}
