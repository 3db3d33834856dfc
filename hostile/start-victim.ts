import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileOf, nextMessage, startProcess } from './start-process.ts'
import type { ClientReport, ClientTask } from './victims/task.ts'

/** Lets a hostile server loose on Hawser's client, in a process of its own, and tells what became of it. */
export async function attackClient(task: ClientTask): Promise<ClientReport> {
  const child = startProcess('victims/client.ts')
  try {
    await nextMessage(child)
    child.send(task)
    return await nextMessage<ClientReport>(child)
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

export async function startServer(kind: 'server-http' | 'server-stdio' | 'server-workerd'): Promise<Victim> {
  const child = startProcess(`victims/${kind}.ts`)
  const first = await nextMessage<unknown>(child)
  return {
    process: child as Victim['process'],
    first,
    peak: async () => {
      child.send('memory')
      return nextMessage<number>(child)
    },
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      // What it started would outlive it.
      if (kind === 'server-workerd') child.disconnect()
      else if (!child.kill('SIGKILL')) return
      await gone
    },
  }
}
