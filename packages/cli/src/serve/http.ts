import type { Principal, Server } from 'hawser'
import { landingPage } from 'hawser/landing'
import { listen } from 'hawser/node'
import { EXIT } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'

export interface ServeHttpOptions {
  readonly port: number
  readonly host: string | undefined
  /** Who every caller is; only with `scopes`. */
  readonly subject: string | undefined
  /** What every caller may do. */
  readonly scopes: ReadonlySet<string> | undefined
  readonly color: boolean | undefined
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/** Serves over HTTP until Ctrl-C; open calls get a moment to finish. */
export async function serveOverHttp(
  server: Server,
  { port, host, subject, scopes, color }: ServeHttpOptions,
): Promise<void> {
  const isLocal = host === undefined || LOOPBACK.test(host)
  if (scopes !== undefined && !isLocal) {
    throw usageFailure(
      '--scopes grants them to whoever calls, so it is only for an address of this machine, not for --host.',
      'Serve strangers with tokens instead.',
    )
  }
  const listener = await listen(
    scopes === undefined ? server : grant(server, { subject: subject ?? 'local', scopes }),
    { port, host, landing: landingPage() },
  ).catch((cause: unknown) => {
    throw new Failure(EXIT.unreachable, cause instanceof Error ? cause.message : String(cause), [], { cause })
  })
  // One request must not end the others.
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (cause: unknown) => server.log({ level: 'error', message: `Not caught: ${event}`, cause }))
  }
  announce(listener.url, server, { isLocal, isGranted: scopes !== undefined, color })
  await untilStopped()
  await listener.close()
}

/** The local user of HTTP: nobody is proven to be anybody, which is why it is for loopback only, and nobody signs in. */
function grant(server: Server, principal: Principal): Server {
  return { ...server, auth: undefined, screen: undefined, handle: (call) => server.handle({ ...call, principal }) }
}

interface Circumstances {
  readonly isLocal: boolean
  readonly isGranted: boolean
  readonly color: boolean | undefined
}

function announce(url: string, { info, scopes, auth }: Server, { isLocal, isGranted, color }: Circumstances): void {
  const { note, notePaint } = createOutput({ color })
  note(`${notePaint.bold(clean(`${info.name} ${info.version}`))} listens on ${notePaint.cyan(url)}`)
  if (!isLocal && auth === undefined)
    note(notePaint.yellow('Other machines can reach it: whoever does may call what needs no scope.'))
  if (auth !== undefined && !isGranted) {
    note('Callers sign in. To let whoever calls from this machine do without: --scopes')
  } else if (scopes.length > 0 && !isGranted) {
    note(
      notePaint.yellow(`Callers have no scopes, so what needs one is refused. To grant: --scopes ${scopes.join(',')}`),
    )
  }
  note(notePaint.dim(`To look into it, open it in a browser, or: hawser list ${url}. Ctrl-C ends it.`))
}

/** The first signal ends gracefully, the second at once. */
function untilStopped(): Promise<void> {
  let isStopping = false
  return new Promise((resolve) => {
    const stop = (): void => {
      if (isStopping) process.exit(EXIT.interrupted)
      isStopping = true
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
