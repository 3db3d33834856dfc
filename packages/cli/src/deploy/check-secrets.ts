import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { type Finding, good, note, skipped } from '../doctor/check.ts'
import type { WorkerConfig } from '../wrangler/project.ts'
import type { Bundle } from './bundle.ts'

/** Larger files are not read for names. */
const MAX_CHARS = 1024 * 1024
const USES = [/\benv\.([A-Z][A-Z\d_]+)\b/g, /\benv\[['"]([A-Z][A-Z\d_]+)['"]\]/g]
const TAKES = /\{([^{}]{1,500})\}\s*=\s*(?:process\.)?env\b/g

/**
 * Names the secrets that the code of the project reads: what it takes of `env` and is neither bound nor a variable. Only names are
 * looked at, never values.
 */
export async function checkSecrets(
  folder: string,
  config: WorkerConfig,
  { inputs, bindings }: Bundle,
  env: string | undefined,
): Promise<readonly Finding[]> {
  const known = new Set([...bindings.map(({ name }) => name), ...Object.keys(config.vars)])
  const required = config.secrets?.required ?? []
  const own = inputs.filter((file) => file.startsWith(folder) && !file.includes('node_modules'))
  const used = (await Promise.all(own.map(readNames))).flat()
  const names = [...new Set([...required, ...used.filter((name) => !known.has(name))])].toSorted()
  if (names.length === 0) return [skipped('none is named in the code')]
  const local = await readLocal(folder, env)
  const absent = names.filter((name) => !local.has(name))
  const put = names
    .map((name) => `npx wrangler secret put ${name}${env === undefined ? '' : ` --env ${env}`}`)
    .join(' · ')
  return [
    good(`${names.join(', ')}. Once, if not done: ${put}`),
    ...(absent.length === 0
      ? []
      : [
          note(
            `not in .dev.vars: ${absent.join(', ')}`,
            'hawser dev runs without them.',
            `Add a line for each to .dev.vars, and keep that file out of version control: ${absent[0]}=…`,
          ),
        ]),
  ]
}

async function readNames(file: string): Promise<readonly string[]> {
  if (!/\.[cm]?[jt]sx?$/.test(file)) return []
  const text = (await readFile(file, 'utf8').catch(() => '')).slice(0, MAX_CHARS)
  const used = USES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name))
  const taken = [...text.matchAll(TAKES)].flatMap(([, list = '']) =>
    list.split(',').map((each) => each.split(/[:=]/)[0]!.trim()),
  )
  return [...used, ...taken.filter((name) => /^[A-Z][A-Z\d_]+$/.test(name))]
}

/** Names that are set on this machine, in the order of wrangler: .dev.vars, or else .env. */
async function readLocal(folder: string, env: string | undefined): Promise<ReadonlySet<string>> {
  const files = [...(env === undefined ? [] : [`.dev.vars.${env}`]), '.dev.vars', '.env']
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined)
    if (text !== undefined) return new Set(Object.keys(parseEnv(text)))
  }
  return new Set()
}
