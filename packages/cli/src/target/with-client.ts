import { type Answers, type Client, connect, type Log, type Server } from 'hawser'
import { followTasks } from 'hawser/tasks'
import type { CONNECTING, Values } from '../command-line/options.ts'
import { usageFailure } from '../failure.ts'
import { clean } from '../output/sanitize.ts'
import { VERSION } from '../version.ts'
import { readEnv, readHeaders, readTimeout } from './connection-options.ts'
import { divertStdout } from './divert-stdout.ts'
import { type Interrupt, watchInterrupt } from './interrupt.ts'
import { openRecording, type OpenRecording } from './open-recording.ts'
import { nameTarget, type Target } from './target.ts'

/** Any client, whatever its server. */
export type AnyClient = Client

type ConnectOptions = NonNullable<Parameters<typeof connect>[1]>

export interface WithClientOptions {
  readonly values: Values<typeof CONNECTING>
  /** Answers questions of the server, which is called as the target is. */
  readonly answers?: (interrupt: Interrupt, server: string) => Answers
}

/** Longest wait that progress can buy, in milliseconds, unless the person waits longer. */
const MAX_TIMEOUT = 600_000

/**
 * Connects to a target, uses the connection, and closes it, whatever happens. Ctrl-C cancels what is under way.
 *
 * @throws Failure when the options do not fit the target; whatever `use` throws.
 */
export async function withClient<T>(
  target: Target,
  { values, answers }: WithClientOptions,
  use: (client: AnyClient) => Promise<T>,
): Promise<T> {
  checkFit(target, values)
  const timeout = readTimeout(values.timeout)
  using interrupt = watchInterrupt()
  using recording = await openRecording(target, values)
  const { signal } = interrupt
  const options = {
    clientInfo: { name: 'hawser-cli', version: VERSION },
    ...(timeout !== undefined && { timeout, maxTimeout: Math.max(timeout, MAX_TIMEOUT) }),
    ...(answers && { answers: answers(interrupt, nameTarget(target)) }),
    // The recording is next to the wire.
    use: [followTasks(), ...(recording ? [recording.interceptor] : [])],
    signal,
  }
  let server: Server | undefined
  try {
    if (target.kind === 'file') {
      server = await load(target.file)
      await using client = await connect(server, options)
      return await use(client)
    }
    await using client = await open(target, values, options, recording)
    return await use(client)
  } catch (error) {
    // What a cancelled call fails with is not the reason.
    throw signal.aborted ? signal.reason : error
  } finally {
    // It may keep account of what was done, and have some of it still to write.
    await server?.close()
  }
}

/** @throws Failure for an option that the target has no use for. */
function checkFit(target: Target, { header, env, stderr }: Values<typeof CONNECTING>): void {
  if (header.length > 0 && target.kind !== 'url') {
    throw usageFailure('--header is for servers at a URL.', 'Hand a secret to a program in its environment: --env NAME')
  }
  const stray = env.length > 0 ? '--env' : stderr === true ? '--stderr' : undefined
  if (stray !== undefined && target.kind !== 'program') {
    throw usageFailure(`${stray} is for programs, whose command comes after --.`)
  }
}

/** What the file prints is not the result. */
async function load(file: string): Promise<Server> {
  const { loadServer } = await import('./load-server.ts')
  divertStdout()
  return loadServer(file)
}

async function open(
  target: Exclude<Target, { readonly kind: 'file' }>,
  { header, env, stderr }: Values<typeof CONNECTING>,
  options: ConnectOptions,
  recording: OpenRecording | undefined,
): Promise<AnyClient> {
  switch (target.kind) {
    case 'url': {
      const headers = readHeaders(header)
      const isProven = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
      const auth = isProven ? undefined : await (await import('./signed-in.ts')).findSignIn(target.url)
      return connect(target.url, { ...options, http: { headers, auth, log: noteWarning, fetch: recording?.fetch } })
    }
    case 'program': {
      const { command } = await import('hawser/node')
      const show = stderr === true ? (text: string) => void process.stderr.write(clean(text)) : undefined
      return connect(command(target.file, target.args, { env: readEnv(env), stderr: show }), options)
    }
  }
}

/** Such as a tool that is left out because its definition is invalid. */
const noteWarning: Log = ({ message }) => void process.stderr.write(`hawser: ${clean(message)}\n`)
