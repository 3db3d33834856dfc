import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The file of a program in this folder. */
export const peerPath = (name: string): string => fileURLToPath(new URL(`${name}.ts`, import.meta.url))

/** A server of another library in a process of its own. */
export interface Peer extends AsyncDisposable {
  readonly port: number
}

/** Starts a program that listens on a port; `ready` reads the port from a line that it prints. */
export async function startPeer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  ready: (line: string) => number | undefined = readPort,
): Promise<Peer> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  let said = ''
  const found = Promise.withResolvers<number>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said = `${said}${line}\n`.slice(-2000)
      const port = ready(line)
      if (port !== undefined) found.resolve(port)
    })
  }
  void exited.then(() => found.reject(new Error(`${args.at(-1)} ended before it listened:\n${said}`)))
  const port = await found.promise
  return { port, [Symbol.asyncDispose]: stop }
}

function readPort(line: string): number | undefined {
  const port = /^\{"port":(\d+)\}$/.exec(line)?.[1]
  return port === undefined ? undefined : Number(port)
}
