import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import process from 'node:process'
import { inheritedEnv } from './inherited-env.ts'
import { signalTree, tieTree, TREE_OPTIONS } from './process-tree.ts'
import { type Launch, windowsLaunch } from './windows-launch.ts'

/** What a child process is given, and how it is ended. */
export interface ProcessOptions {
  /** The folder in which the process starts; that of this process by default. */
  readonly cwd?: string
  /** Added to the few variables that are inherited; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What becomes of its standard error, the end of which is kept in any case; `ignore` by default. */
  readonly stderr?: 'inherit' | 'ignore' | ((text: string) => void)
  /** How long each step of the shutdown may take, in milliseconds; 2000 by default. */
  readonly closeStepMs?: number
}

/** How a process ended. */
export interface ProcessExit {
  readonly exitCode: number | null
  readonly signal: string | null
  /** The last 64 KiB that it wrote to standard error. */
  readonly stderr: string
  /** Why it could not even start. */
  readonly error?: Error
}

export interface RunningProcess {
  /** False once it is on its way out. */
  readonly usable: boolean
  readonly write: (text: string) => void
  /** Whether this process must stay alive for the sake of the other. */
  readonly hold: (busy: boolean) => void
  /** Ends input, waits, asks the whole tree to end, waits, kills it. (basic/transports/stdio#shutdown) */
  readonly stop: () => Promise<void>
}

export interface ProcessEvents {
  readonly onOutput: (chunk: Uint8Array) => void
  /** Called once, when all output has been read. */
  readonly onExit: (exit: ProcessExit) => void
}

const stderrLength = 64 * 1024

/** How long output may go on after the exit, held open by some other process, in milliseconds. */
const drainMs = 500

/** How often to look whether a tree is gone, in milliseconds. */
const pollMs = 20

/**
 * Starts a program without a shell and with a pipe on each of its standard streams.
 *
 * @throws TypeError for arguments that cannot be passed on, Error when the system refuses at once.
 */
export function startProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions,
  events: ProcessEvents,
): RunningProcess {
  const { closeStepMs = 2000 } = options
  const env = inheritedEnv(process.env, options.env ?? {}, process.platform)
  const launch = launchOf(file, args, env)
  const child = spawn(launch.file, launch.args, {
    cwd: options.cwd,
    env,
    stdio: 'pipe',
    windowsVerbatimArguments: launch.verbatim ?? false,
    ...TREE_OPTIONS,
  })
  const { pid, stdin, stdout, stderr } = child
  const untie = pid === undefined ? () => {} : tieTree(pid)
  const tail = keepTail(stderr, options.stderr)
  const exited = exitOf(child)
  let stopping: Promise<void> | undefined

  const stop = (): Promise<void> => (stopping ??= shutDown())

  const shutDown = async (): Promise<void> => {
    stdin.end()
    if (pid !== undefined && !(await settlesWithin(exited, closeStepMs))) {
      signalTree(pid, 'SIGTERM')
      if (!(await settlesWithin(exited, closeStepMs))) signalTree(pid, 'SIGKILL')
    }
    await exited
    await swept
  }

  /** What the process has started and left behind goes with it. */
  const sweep = async (): Promise<void> => {
    await exited
    if (pid !== undefined && process.platform !== 'win32' && signalTree(pid, 'SIGTERM')) {
      const deadline = performance.now() + closeStepMs
      while (signalTree(pid, 0) && performance.now() < deadline) await delay(pollMs)
      signalTree(pid, 'SIGKILL')
    }
    untie()
  }
  const swept = sweep()

  // A process that no longer listens or speaks is of no use, even if it goes on.
  stdin.on('error', () => void stop())
  stdout.on('close', () => void stop())
  stdout.on('data', events.onOutput)
  void exited.then((exit) => events.onExit({ ...exit, stderr: tail() }))

  const hold = (busy: boolean): void => {
    for (const each of [child, stdin, stdout, stderr]) {
      if (busy) refOf(each)?.ref()
      else refOf(each)?.unref()
    }
  }

  return {
    get usable() {
      return stopping === undefined
    },
    write: (text) => void stdin.write(text),
    hold,
    stop,
  }
}

function launchOf(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Launch {
  if (process.platform !== 'win32') return { file, args }
  return windowsLaunch(file, args, env, (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}

/** Settles when the process is gone and its output is read to the end. */
function exitOf(child: ChildProcess): Promise<Omit<ProcessExit, 'stderr'>> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, error })
    })
    child.once('exit', (exitCode, signal) => {
      const finish = (): void => {
        clearTimeout(timer)
        resolve({ exitCode, signal })
      }
      const timer = setTimeout(finish, drainMs)
      child.once('close', finish)
    })
  })
}

/** Follows standard error; the result gives the end of it. */
function keepTail(stream: NodeJS.ReadableStream, to: ProcessOptions['stderr']): () => string {
  let tail = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    tail += text
    // Cutting it less often than it grows keeps the cost linear.
    if (tail.length > 2 * stderrLength) tail = tail.slice(-stderrLength)
    if (to === 'inherit') process.stderr.write(text)
    else if (typeof to === 'function') to(text)
  })
  return () => tail.slice(-stderrLength)
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)))
  const settled = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return settled
}

interface Ref {
  readonly ref: () => void
  readonly unref: () => void
}

/** Pipes are sockets, which the types of a child process do not say. */
function refOf(value: object): Ref | undefined {
  return 'ref' in value && 'unref' in value ? (value as Ref) : undefined
}
