import type { Log } from '../call/index.ts'

/** Tells the operator what a mounted server lists and clients are not shown, each once. */
export interface Exclude {
  (mount: string, what: string, name: unknown, why: string): void
  /** Tells of a tool whose scopes were said and that is not listed: another name may be meant, which anybody may call. */
  readonly miss: (mount: string, tool: string) => void
}

/** Exclusions that are remembered; a server that thinks up new names is told of until then. */
const MAX_REMEMBERED = 1000
/** Names come from strangers, and the log is not theirs to fill. */
const MAX_NAME = 128

export function createExclude(log: Log): Exclude {
  const told = new Set<string>()
  const tell = (message: string): void => {
    if (told.size >= MAX_REMEMBERED || told.has(message)) return
    told.add(message)
    log({ level: 'warn', message })
  }
  const exclude = (mount: string, what: string, name: unknown, why: string): void => {
    const shown = JSON.stringify(name)?.slice(0, MAX_NAME) ?? 'without a name'
    tell(`The server mounted as "${mount}" lists the ${what} ${shown}, which is left out: ${why}.`)
  }
  const miss = (mount: string, tool: string): void =>
    tell(`Mount "${mount}" has toolScopes for "${tool}", and the server that is mounted lists no such tool.`)
  return Object.assign(exclude, { miss })
}
