import { fork } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { SuitePlan } from 'hawser/cloudflare'
import { EXIT } from '../../exit-code.ts'
import { Failure } from '../../failure.ts'
import { clean } from '../../output/sanitize.ts'
import { readLocalVariables } from '../../wrangler/local-variables.ts'
import type { WorkerConfig } from '../../wrangler/project.ts'

/** Milliseconds that the file may take to load. */
const PATIENCE = 30_000
/** Characters of what it says that are shown when it does not. */
const MAX_SAID = 4_000

/**
 * Loads the main file of a Worker on Node, in a process of its own, and asks its suite what it is made of. It is given the variables of the
 * configuration and the secrets of this machine, and no bindings.
 *
 * @throws Failure when it does not load, or exports no suite.
 */
export async function readSuite(
  folder: string,
  { main, vars }: WorkerConfig,
  env: string | undefined,
): Promise<SuitePlan> {
  if (main === undefined) throw new Failure(EXIT.definition, 'The configuration names no `main` file.')
  const local = Object.fromEntries(await readLocalVariables(folder, env))
  const given = Object.entries(vars).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const reader = fileURLToPath(import.meta.resolve('#suite-reader'))
  const child = fork(reader, [main], {
    cwd: folder,
    env: { ...process.env, ...local, ...Object.fromEntries(given) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: PATIENCE,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, MAX_SAID)))
  let plan: unknown
  child.on('message', (message: { readonly plan?: unknown }) => (plan = message.plan))
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (isPlan(plan)) return plan
  if (code !== 0) throw new Failure(EXIT.definition, `${main} does not load.`, clean(said).split('\n'))
  throw new Failure(EXIT.definition, `${main} has no suite as its default export.`, [
    '--split makes a Worker of each server of: export default suite({ … }), by `suite` of hawser/cloudflare.',
  ])
}

/** It comes from `suite()` of the project, which may be of another version. */
function isPlan(value: unknown): value is SuitePlan {
  return typeof value === 'object' && value !== null && 'members' in value && 'owner' in value
}
