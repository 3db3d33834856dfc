import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Heap that a victim has, in MiB: it dies of an attack that makes it keep what it is sent. */
const HEAP = 192
/** Characters of what a process prints that are kept to be searched. */
const MOST_KEPT = 2 ** 20

export const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Starts a program of this folder, with little memory. */
export function startProcess(
  path: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return fork(fileOf(path), args, {
    execArgv: ['--conditions=hawser-source', `--max-old-space-size=${HEAP}`],
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
}

/** What a process says next, over the channel of its own. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)))
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The process died of ${signal ?? code}: ${complaints}`)
  })
  const [message] = await Promise.race([once(child, 'message'), died])
  return message as T
}

/** A program of this folder that answers questions, many at once. */
export interface Program<First> extends AsyncDisposable {
  /** What it said when it began. */
  readonly first: First
  readonly ask: <T>(question: string, about?: unknown) => Promise<T>
  /** All that it has printed, to be searched for what it must not print. */
  readonly printed: () => string
}

export async function startProgram<First>(path: string, ...args: readonly string[]): Promise<Program<First>> {
  const child = startProcess(path, args)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-MOST_KEPT)))
  }
  const first = await nextMessage<First>(child)
  let hasEnded = false
  const waiting = new Map<number, PromiseWithResolvers<never>>()
  const died = (): Error => new Error(`${path} died: ${printed.slice(-2000)}`)
  const gone = once(child, 'exit')
  child.once('exit', () => {
    hasEnded = true
    for (const { reject } of waiting.values()) reject(died())
  })
  let last = 0
  child.on('message', ({ id, answer }: { readonly id: number; readonly answer: never }) => {
    waiting.get(id)?.resolve(answer)
    waiting.delete(id)
  })
  return {
    first,
    ask: (question, about) => {
      if (hasEnded) return Promise.reject(died())
      const asked = Promise.withResolvers<never>()
      const id = ++last
      waiting.set(id, asked)
      child.send({ id, question, about })
      return asked.promise
    },
    printed: () => printed,
    [Symbol.asyncDispose]: async () => {
      if (child.kill('SIGKILL')) await gone
    },
  }
}
