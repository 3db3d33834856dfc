import { parseArgs } from 'node:util'

export interface TourOptions {
  /** A folder of the repository to ask; the project's own when left out. */
  readonly repo?: string
  readonly port?: number
  /** End after the tour. */
  readonly once: boolean
  /** Have notes on Node, too. */
  readonly node: boolean
  readonly help: boolean
}

export const USAGE = `npm start -- [--repo PATH] [--port PORT] [--node] [--once]

  --repo PATH   ask the repository at PATH instead of this project's own
  --port PORT   serve HTTP on this port; 3000, or any free one, when left out.
                Notes with sign-in are on the next one, or on any free one
  --node        serve the notes on Node instead of the runtime of Cloudflare
  --once        open no browser, and end after the tour instead of serving on`

/** @throws Error for options that there are not. */
export function readOptions(args: readonly string[]): TourOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      repo: { type: 'string' },
      port: { type: 'string' },
      once: { type: 'boolean', default: false },
      node: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { port, ...others } = values
  return { ...others, ...(port !== undefined && { port: readPort(port) }) }
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Error(`--port takes a number from 0 to 65535; it got "${text}".`)
}
