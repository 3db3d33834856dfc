import { readFile } from 'node:fs/promises'
import { type Finding, good, note, skipped } from '../doctor/check.ts'
import { readLocalVariables } from '../wrangler/local-variables.ts'
import type { WorkerConfig } from '../wrangler/project.ts'
import type { Bundle } from './bundle.ts'

/** Larger files are not read for names. */
const MAX_CHARS = 1024 * 1024
const USES = [/\benv\.([A-Z][A-Z\d_]+)\b/g, /\benv\[['"]([A-Z][A-Z\d_]+)['"]\]/g]
const TAKES = /\{([^{}]{1,500})\}\s*=\s*(?:process\.)?env\b/g

/**
 * Names the secrets that the code of the project reads: what it takes of `env` and is neither bound nor a variable. Only names are
 * looked at, never values.
 *
 * @param there The names of those that Cloudflare keeps; absent where nobody knows.
 */
export async function checkSecrets(
  folder: string,
  config: WorkerConfig,
  { inputs, bindings }: Bundle,
  env: string | undefined,
  there?: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const known = new Set([...bindings.map(({ name }) => name), ...Object.keys(config.vars)])
  const required = config.secrets?.required ?? []
  const own = inputs.filter((file) => file.startsWith(folder) && !file.includes('node_modules'))
  const used = (await Promise.all(own.map(readNames))).flat()
  const names = [...new Set([...required, ...used.filter((name) => !known.has(name))])].toSorted()
  if (names.length === 0) return [skipped('none is named in the code')]
  const local = await readLocalVariables(folder, env)
  const absent = names.filter((name) => !local.has(name))
  const toPut = there === undefined ? names : names.filter((name) => !there.has(name))
  const put = toPut
    .map((name) => `npx wrangler secret put ${name}${env === undefined ? '' : ` --env ${env}`}`)
    .join(' · ')
  return [
    there !== undefined && toPut.length > 0
      ? note(`not at Cloudflare: ${toPut.join(', ')}`, 'The deployed Worker runs without them.', put)
      : good(`${names.join(', ')}${toPut.length === 0 ? '' : `. Once, if not done: ${put}`}`),
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
