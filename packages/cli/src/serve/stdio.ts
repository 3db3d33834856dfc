import type { Principal, Server } from 'hawser'
import { serveStdio } from 'hawser/stdio'
import { divertStdout } from '../target/divert-stdout.ts'
import { loadServer } from '../target/load-server.ts'

/**
 * Serves a file on the standard streams of this process, until the client goes away, which ends the process; resolves at once.
 *
 * @param args What the file finds in `process.argv`.
 * @param identify Says who is served.
 */
export async function serveOverStdio(
  file: string,
  args: readonly string[],
  identify: (server: Server) => Principal,
): Promise<void> {
  // The file may print while it is loaded, when nothing serves yet.
  const restore = divertStdout()
  const server = await loadServer(file, args)
  const principal = identify(server)
  restore()
  serveStdio(server, { principal })
  if (process.stdin.isTTY) await greet(file, server)
}

/** Somebody started it by hand and would wait for ever. */
async function greet(file: string, { info }: Server): Promise<void> {
  const { createOutput } = await import('../output/create-output.ts')
  const { note, notePaint } = createOutput({})
  note(`${notePaint.bold(`${info.name} ${info.version}`)} serves over stdio and waits for a client to speak JSON-RPC.`)
  note(notePaint.dim(`To look into it: hawser list ${file}. To serve over HTTP: --http 3000. Ctrl-C ends it.`))
}
