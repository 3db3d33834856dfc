import { type LineService, serveLines, type ServeLinesOptions } from '../stdio/serve.ts'
import { guardStdout } from './guard-stdout.ts'
import { readLocalUser } from './local-user.ts'

/** How to serve on the standard streams; all may be left out. */
export interface StdioOptions extends Omit<ServeLinesOptions, 'write' | 'defer' | 'closeService'> {
  /** How often to look whether the parent process still lives, in milliseconds; 3000 by default. */
  readonly parentCheckMs?: number | undefined
}

/** A server on the standard streams of this process. */
export interface StdioServer {
  /** Ends subscriptions, waits a moment for requests in flight, and exits the process with code 0. */
  readonly close: () => Promise<void>
}

/** Longest time between the wish to stop and the exit, in milliseconds: clients commonly kill after two seconds. */
const exitMs = 1750

/**
 * Serves a service on the standard streams of this process, and ends the process when the client goes away: at the end of
 * input, at SIGTERM or SIGINT, when nobody reads the output, or when the parent process is gone. Whatever else writes to
 * stdout is sent to stderr. The client is the local user with all scopes, unless `principal`, or `HAWSER_AS` and `HAWSER_SCOPES`
 * in the environment, say otherwise.
 *
 * @throws Error when the environment names a scope that the server does not have.
 *
 * @example
 * import { serveStdio } from 'hawser/stdio'
 * import notes from './notes.ts'
 *
 * serveStdio(notes)
 * @see basic/transports/stdio
 */
export function serveStdio(service: LineService, options: StdioOptions = {}): StdioServer {
  const { stdin, stdout, stderr } = process
  const guarded = guardStdout()
  const { log } = service

  // Resolves when the pipe takes more; nothing is read meanwhile, so that a client that does not listen cannot fill memory.
  const untilDrained = (): Promise<void> =>
    new Promise((resolve) => {
      stdin.pause()
      stdout.once('drain', () => {
        stdin.resume()
        resolve()
      })
    })

  const lines = serveLines(service, {
    ...options,
    principal: options.principal ?? readLocalUser(service.scopes),
    closeService: true,
    defer: setImmediate,
    write: (text) => (guarded.write(text) ? undefined : untilDrained()),
  })

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= finish())

  const finish = async (): Promise<void> => {
    setTimeout(exit, exitMs)
    await lines.end()
    guarded.write('', exit)
  }

  const exit = (): never => process.exit(process.exitCode ?? 0)

  const stop = (): void => {
    void close()
  }

  stdin.on('data', lines.push)
  stdin.on('end', stop)
  stdin.on('error', stop)
  // Nobody reads the answers any more.
  stdout.on('error', exit)
  stderr.on('error', () => {})
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  watchParent(options.parentCheckMs ?? 3000, stop)

  // One request must not end the others, so what it throws out of reach is only logged.
  process.on('uncaughtException', (cause) => log({ level: 'error', message: 'Uncaught exception', cause }))
  process.on('unhandledRejection', (cause) => log({ level: 'error', message: 'Unhandled rejection', cause }))

  return { close }
}

/** A parent that was killed may leave the input open in other hands. */
function watchParent(everyMs: number, onGone: () => void): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent || !isAlive(parent)) onGone()
  }, everyMs).unref()
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
