import { join } from 'node:path'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import type { Project } from '../wrangler/project.ts'
import { startWrangler } from '../wrangler/start-wrangler.ts'
import { greet } from './greet.ts'
import { untilStopped } from './until-stopped.ts'

export interface DevOptions {
  readonly port: number | undefined
  readonly env: string | undefined
  readonly color: boolean | undefined
}

const READY = /Ready on (https?:\/\/\S+)/

/**
 * Runs a Worker in the runtime of Cloudflare, on this machine, as its configuration says. wrangler holds requests while it reloads, and
 * keeps what is stored.
 *
 * @throws Failure when wrangler ends by itself.
 */
export async function devOnWorkers(project: Project, { port, env, color }: DevOptions): Promise<void> {
  const args = [
    'dev',
    '--ip=127.0.0.1',
    '--show-interactive-dev-session=false',
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(env === undefined ? [] : [`--env=${env}`]),
  ]
  let isReady = false
  const { ended, stop } = startWrangler(project, args, {
    onLine: (line) => {
      const origin = READY.exec(line)?.[1]
      if (origin === undefined || isReady) return true
      isReady = true
      const state = join(project.folder, '.wrangler', 'state')
      const tunnel = `npx cloudflared tunnel --url ${origin} --http-host-header ${new URL(origin).host}`
      void greet({ origin, runtime: `Workers (wrangler ${project.wrangler.version})`, state, tunnel, color })
      return false
    },
  })
  using stopped = untilStopped(stop)
  const code = await ended
  if (stopped.isStopping) return
  throw new Failure(EXIT.definition, `wrangler ended with ${code}.`, ['What it said is above.'])
}
