import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { cleanEnv, stop } from '../measure/program.ts'
import { pin } from '../measure/pin.ts'
import { checkEcho, checkRefusal, parseAnswer } from '../wire/answer.ts'
import { call, frame, initialize, type Dialect } from '../wire/dialect.ts'

export type StdioServer = ChildProcessWithoutNullStreams & { readonly pid: number }

const newline = 10

const linesIn = (chunk: Buffer): number => {
  let count = 0
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) count += 1
  return count
}

const isRunning = (child: ChildProcessWithoutNullStreams): child is StdioServer => child.pid !== undefined

export const startStdio = (file: string): StdioServer => {
  const [command, args] = pin('server', process.execPath, [file])
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: cleanEnv() })
  child.stderr.resume()
  if (!isRunning(child)) throw new Error(`cannot start ${file}`)
  return child
}

export const stopStdio = (server: StdioServer): Promise<void> => stop(server)

/** Writes lines and waits for the next line of the answer. */
export const exchange = (server: StdioServer, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let came = ''
    const finish = () => {
      server.stdout.off('data', read)
      server.off('exit', fail)
    }
    const fail = (code: number | null) => {
      finish()
      reject(new Error(`the stdio server ended with ${code} before it answered`))
    }
    const read = (chunk: Buffer) => {
      came += chunk.toString()
      if (!came.includes('\n')) return
      finish()
      resolve(came)
    }
    server.stdout.on('data', read)
    server.on('exit', fail)
    server.stdin.write(text)
  })

/** The lines that open a conversation in the dialects that have a handshake; empty in 2026. */
export const handshake = async (server: StdioServer, dialect: Dialect): Promise<void> => {
  if (dialect.revision === '2026-07-28') return
  await exchange(server, `${frame(dialect, initialize(dialect)).join('0')}\n`)
  server.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
}

export const probeStdio = async (server: StdioServer, dialect: Dialect): Promise<void> => {
  const answer = async (args: Record<string, unknown>) =>
    parseAnswer(await exchange(server, `${frame(dialect, call('echo', args)).join('1')}\n`))
  checkEcho(await answer({ text: 'line\n' }), 'line\n')
  checkRefusal(await answer({ text: 1 }))
}

/** What keeps a burst going: until a number of answers, or until a time (ms of `performance.now()`). */
export interface Burst {
  readonly flight: number
  readonly calls?: number
  readonly until?: number
  /** Told the number of answers so far, after each chunk. */
  readonly onProgress?: (answers: number) => void
}

let id = 100_000_000

/** Calls `echo` with so many calls in flight; resolves to the number of answers. */
export const burst = (server: StdioServer, dialect: Dialect, options: Burst): Promise<number> =>
  new Promise((resolve, reject) => {
    const { flight, calls = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY, onProgress } = options
    const [head, tail] = frame(dialect, call('echo', { text: 'hello' }))
    let sent = 0
    let answered = 0
    const write = (count: number) => {
      if (count === 0) return
      let text = ''
      for (let n = 0; n < count; n += 1) {
        id += 1
        text += `${head}${id}${tail}\n`
      }
      sent += count
      server.stdin.write(text)
    }
    const fail = (code: number | null) => reject(new Error(`the stdio server ended with ${code} under load`))
    const read = (chunk: Buffer) => {
      const lines = linesIn(chunk)
      answered += lines
      onProgress?.(answered)
      if (performance.now() < until && sent < calls) write(Math.min(lines, calls - sent))
      else if (answered >= sent) {
        server.stdout.off('data', read)
        server.off('exit', fail)
        resolve(answered)
      }
    }
    server.on('exit', fail)
    server.stdout.on('data', read)
    write(Math.min(flight, calls))
  })
