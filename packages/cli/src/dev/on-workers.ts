import { join } from 'node:path'
import { isLoopback } from '../doctor/loopback.ts'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { readLocalVariables } from '../wrangler/local-variables.ts'
import { type Project, readConfig } from '../wrangler/project.ts'
import { startWrangler } from '../wrangler/start-wrangler.ts'
import { openFront } from './front.ts'
import { greet } from './greet.ts'
import { findPort } from './listen-here.ts'
import { untilStopped } from './until-stopped.ts'

export interface DevOptions {
  readonly port: number | undefined
  readonly env: string | undefined
  readonly color: boolean | undefined
}

const DEFAULT_PORT = 8787
const READY = /Ready on (https?:\/\/\S+)/
/** The variable by which a Worker is told at which address people see it. */
const ORIGIN = 'ORIGIN'

/**
 * Runs a Worker in the runtime of Cloudflare, on this machine, as its configuration says. wrangler holds requests while it reloads, and
 * keeps what is stored.
 *
 * @throws Failure when the port is taken, and when wrangler ends by itself.
 */
export async function devOnWorkers(project: Project, { port: wanted, env, color }: DevOptions): Promise<void> {
  const { folder } = project
  const { dev = {}, vars, route, routes = [] } = await readConfig(project, env)
  const port = wanted ?? dev.port ?? DEFAULT_PORT
  // Where the Worker has routes, wrangler gives their name to all requests, whatever name was asked for.
  await using front =
    route !== undefined || routes.length > 0 || dev.host !== undefined ? await openFront(port) : undefined
  const origin = front?.origin ?? `${dev.local_protocol ?? 'http'}://127.0.0.1:${await findPort(port)}`
  const { host } = new URL(origin)
  const local = await readLocalVariables(folder, env)
  const told = local.get(ORIGIN)
  // An address that others can reach, such as that of a tunnel, is meant.
  const isHere = told === undefined ? vars[ORIGIN] !== undefined : !URL.canParse(told) || isLoopback(new URL(told))
  const args = [
    'dev',
    '--ip=127.0.0.1',
    ...(front === undefined
      ? [`--port=${new URL(origin).port}`]
      : ['--port=0', '--local-protocol=http', `--local-upstream=${host}`]),
    '--show-interactive-dev-session=false',
    ...(isHere ? [`--var=${ORIGIN}:${origin}`] : []),
    ...(env === undefined ? [] : [`--env=${env}`]),
  ]
  let isReady = false
  const { ended, stop } = startWrangler(project, args, {
    onLine: (line) => {
      const found = READY.exec(line)?.[1]
      if (isReady || found === undefined) return true
      isReady = true
      front?.lead(new URL(found))
      const state = join(folder, '.wrangler', 'state')
      void greet({ origin, runtime: `Workers (wrangler ${project.wrangler.version})`, folder, state, color })
      return false
    },
  })
  using stopped = untilStopped(stop)
  const code = await ended
  if (stopped.isStopping) return
  throw new Failure(EXIT.definition, `wrangler ended with ${code}.`, [
    'What it said is above.',
    ...(local.size === 0
      ? ['If it misses a secret: those are read from .dev.vars, a line NAME=… for each, which has none.']
      : []),
  ])
}
