import { statSync } from 'node:fs'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { ConnectionError, type Handle, type Link } from '../call/index.ts'
import { connectLines, type LineClient, type StrayLines } from '../stdio/connect.ts'
import { createRestartLimit } from './restart-limit.ts'
import {
  type ProcessEvents,
  type ProcessExit,
  type ProcessOptions,
  type RunningProcess,
  startProcess,
} from './start-process.ts'

/** How a program is started, and started again. */
export interface CommandOptions extends ProcessOptions {
  /** Whether the next call after the end of the process starts it again, at most 5 times a minute; true by default. */
  readonly restart?: boolean
  /** Longest line that is read, in bytes; 64 MiB by default. */
  readonly maxLineBytes?: number
  /** Most values in one line, counting every item and member; 1 000 000 by default. */
  readonly maxValues?: number
}

/** Most characters of standard error that an error message shows. */
const shownLength = 2000

interface Session {
  readonly client: LineClient
  readonly running: RunningProcess
}

/**
 * Reaches a server that runs as a child process and speaks on its standard streams. The process starts with the first
 * call, without a shell and with few of this process's environment variables, and starts again with the next call when it
 * has ended. Disposing of the link ends it with everything that it has started.
 *
 * @example
 * await using github = await connect(command('npx', ['-y', 'github-mcp'], { env: { GITHUB_TOKEN: token } }))
 * @throws Calls reject with ProtocolError when the server refuses, ConnectionError `disconnected` when the process cannot
 * start or ends – its `cause` is a `ProcessExit` – `aborted`, `timeout` or `bad_reply`.
 * @see basic/transports/stdio
 */
export function command(file: string, args: readonly string[] = [], options: CommandOptions = {}): Link {
  const { restart = true, maxLineBytes, maxValues } = options
  const limit = createRestartLimit(5, 60_000)
  const stops = new Set<Promise<void>>()
  let session: Session | undefined
  let lastEnd: ConnectionError | undefined
  let closed = false

  const open = (): Session => {
    if (lastEnd !== undefined && !restart) throw lastEnd
    const waitMs = limit.take()
    if (waitMs > 0) throw tooOften(file, waitMs, lastEnd)
    const client: LineClient = connectLines({
      write: (text) => running.write(text),
      onBusy: (busy) => running.hold(busy),
      maxLineBytes,
      maxValues,
    })
    const onExit = (exit: ProcessExit): void => {
      lastEnd = new ConnectionError('disconnected', describe(file, options, exit, client.stray), { cause: exit })
      client.end(lastEnd)
      track(running.stop())
    }
    const running = start({ onOutput: client.push, onExit })
    return { client, running }
  }

  const start = (events: ProcessEvents): RunningProcess => {
    try {
      return startProcess(file, args, options, events)
    } catch (error) {
      if (error instanceof TypeError || !(error instanceof Error)) throw error
      throw new ConnectionError('disconnected', `Cannot start ${file}: ${error.message}`, { cause: error })
    }
  }

  /** Also what a crashed process has left behind must be gone before the link is closed. */
  const track = (stop: Promise<void>): void => {
    stops.add(stop)
    void stop.then(() => stops.delete(stop))
  }

  const present = (): LineClient => {
    if (closed) throw new ConnectionError('disconnected', `The link to ${file} is closed.`)
    if (session?.running.usable !== true) session = open()
    return session.client
  }

  const handle: Handle = async (call) => present().handle(call)

  const close = async (): Promise<void> => {
    closed = true
    session?.client.end(new ConnectionError('disconnected', `The link to ${file} was closed.`))
    if (session !== undefined) track(session.running.stop())
    await Promise.all(stops)
  }

  return { handle, takeLines: (taker) => present().take(taker), [Symbol.asyncDispose]: close }
}

function tooOften(file: string, waitMs: number, last: ConnectionError | undefined): ConnectionError {
  const seconds = Math.ceil(waitMs / 1000)
  const message = `${file} keeps ending and is not started again for ${seconds} s.`
  return new ConnectionError('disconnected', last === undefined ? message : `${message} ${last.message}`, {
    cause: last?.cause,
  })
}

function describe(file: string, { cwd, env }: ProcessOptions, exit: ProcessExit, stray: StrayLines): string {
  const { error, exitCode, signal } = exit
  if (error !== undefined) return `Cannot start ${file}: ${startProblem(error, cwd, env)}`
  const parts = [signal === null ? `${file} exited with code ${exitCode}.` : `${file} was killed by ${signal}.`]
  if (stray.count > 0) {
    parts.push(`It wrote ${stray.count} lines to stdout that are no messages, first ${JSON.stringify(stray.first)}.`)
  }
  const stderr = stripVTControlCharacters(exit.stderr).trim().slice(-shownLength)
  if (stderr !== '') parts.push(`The end of its stderr:\n${stderr}`)
  return parts.join(' ')
}

function startProblem(error: Error, cwd: string | undefined, env: ProcessOptions['env']): string {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EACCES') return 'it may not be executed. Check its permissions.'
  if (code !== 'ENOENT') return error.message
  // The system gives the same reason for both.
  if (cwd !== undefined && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return `its working folder ${cwd} does not exist.`
  }
  const path = env?.['PATH'] ?? process.env['PATH'] ?? ''
  return `no such command. Install it, or give its full path; programs that were not started from a shell often have a shorter PATH. It is ${path.slice(0, 500)}`
}
