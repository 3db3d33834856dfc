import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ClientReport, ClientTask } from './victims/task.ts'

/** Heap that a victim has, in MiB: it dies of an attack that makes it keep what it is sent. */
const HEAP = 192

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Starts a process that is going to be attacked. */
function start(file: string): ChildProcess {
  return fork(fileOf(`victims/${file}.ts`), [], {
    execArgv: ['--conditions=hawser-source', `--max-old-space-size=${HEAP}`],
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  })
}

async function next<T>(child: ChildProcess): Promise<T> {
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)))
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The victim died of ${signal ?? code}: ${complaints}`)
  })
  const [message] = await Promise.race([once(child, 'message'), died])
  return message as T
}

/** Lets a hostile server loose on Hawser's client, in a process of its own, and tells what became of it. */
export async function attackClient(task: ClientTask): Promise<ClientReport> {
  const child = start('client')
  try {
    await next(child)
    child.send(task)
    return await next<ClientReport>(child)
  } finally {
    child.kill('SIGKILL')
  }
}

/** The arguments that start an attacker on the standard streams. */
export const attacker = (attack: string): readonly string[] => [fileOf('attackers/stdio.ts'), attack]

/** A Hawser server in a process of its own. */
export interface Victim extends AsyncDisposable {
  readonly process: ChildProcess & { readonly stdin: Writable; readonly stdout: Readable; readonly pid: number }
  /** What it said when it began: its URL over HTTP, its memory over the standard streams. */
  readonly first: unknown
  /** Peak memory since it began, in MiB. */
  readonly peak: () => Promise<number>
}

export async function startServer(kind: 'server-http' | 'server-stdio'): Promise<Victim> {
  const child = start(kind)
  const first = await next<unknown>(child)
  return {
    process: child as Victim['process'],
    first,
    peak: async () => {
      child.send('memory')
      return next<number>(child)
    },
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      if (child.kill('SIGKILL')) await gone
    },
  }
}
