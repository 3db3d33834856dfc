import type { Log } from '../call/index.ts'

/** Tells the operator what a mounted server lists and clients are not shown, each once. */
export type Exclude = (mount: string, what: string, name: unknown, why: string) => void

/** Exclusions that are remembered; a server that thinks up new names is told of until then. */
const MAX_REMEMBERED = 1000
/** Names come from strangers, and the log is not theirs to fill. */
const MAX_NAME = 128

export function createExclude(log: Log): Exclude {
  const told = new Set<string>()
  return (mount, what, name, why) => {
    const shown = JSON.stringify(name)?.slice(0, MAX_NAME) ?? 'without a name'
    const message = `The server mounted as "${mount}" lists the ${what} ${shown}, which is left out: ${why}.`
    if (told.size >= MAX_REMEMBERED || told.has(message)) return
    told.add(message)
    log({ level: 'warn', message })
  }
}
