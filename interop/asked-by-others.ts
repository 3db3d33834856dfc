import { SSEClientTransport as Sse2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio'
import { SSEClientTransport as Sse1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { listen, type Listener } from 'hawser/node'
import { fileURLToPath } from 'node:url'
import type { Driver } from './drivers/driver.ts'
import { driveOfficial1 } from './drivers/official-1.ts'
import { driveOfficial2, type Era } from './drivers/official-2.ts'
import { harbour } from './menu.ts'
import type { Part } from './pending.ts'
import type { Row } from './row.ts'
import { createHarbour } from './servers/harbour.ts'

const NEWEST = '2026-07-28'
const HANDSHAKE = '2025-11-25'
const OLDER = ['2025-06-18', '2025-03-26', '2024-11-05'] as const

/** Elicitation came with 2025-06-18. */
const cannotOf = (revision: string): Pick<Row, 'cannot'> =>
  revision < '2025-06-18' ? { cannot: { ask: 'speaks a revision that has no questions' } } : {}

const { answer } = harbour.ask
const older: Part = 'older clients'

const program = {
  command: process.execPath,
  args: ['--conditions=hawser-source', fileURLToPath(new URL('servers/harbour-stdio.ts', import.meta.url))],
}

/** The transport of 2024-11-05 has a path of its own. */
const LISTEN = { port: 0, closeTimeoutMs: 500, sse: '/sse' }
/** As on a host where the next request may reach another process. */
const STATELESS = { ...LISTEN, sessions: false } as const

/** Opens a client of a listener that is closed together with it. */
async function overHttp(drive: (url: URL) => Promise<Driver>, options = LISTEN): Promise<Driver> {
  const listener = await listen(createHarbour(), options)
  return withListener(listener, () => drive(new URL(listener.url)))
}

async function withListener(listener: Listener, open: () => Promise<Driver>): Promise<Driver> {
  try {
    const driver = await open()
    const close = async (): Promise<void> => {
      await driver[Symbol.asyncDispose]()
      await listener.close()
    }
    return { ...driver, [Symbol.asyncDispose]: close }
  } catch (error) {
    await listener.close()
    throw error
  }
}

const client2 = (era: Era, revision: string, asks: string, only?: string[]): readonly Row[] => {
  const needs = revision === NEWEST ? {} : { needs: older }
  const rest = { peer: `client 2.4.0, ${asks}`, revision, menu: harbour, ...needs, ...cannotOf(revision) }
  return [
    { ...rest, transport: 'stdio', open: () => driveOfficial2(new Stdio2(program), era, answer, only) },
    { ...rest, transport: 'HTTP', open: () => overHttp((url) => driveOfficial2(new Http2(url), era, answer, only)) },
  ]
}

/** The transport of 2024-11-05, for clients that know nothing else. */
const overSse = (peer: string, drive: (url: URL) => Promise<Driver>): Row => ({
  peer,
  transport: 'HTTP+SSE',
  revision: HANDSHAKE,
  needs: 'HTTP+SSE clients',
  menu: harbour,
  open: () => overHttp((url) => drive(new URL(LISTEN.sse, url))),
})

/** The server holds no sessions, so that it cannot find a client again. */
const withoutSession = (peer: string, drive: (url: URL) => Promise<Driver>): Row => ({
  peer: `${peer}, no session`,
  transport: 'HTTP',
  revision: HANDSHAKE,
  needs: older,
  menu: harbour,
  cannot: { ask: 'can only be asked in a session', cancel: 'can only leave a call in a session' },
  open: () => overHttp(drive, STATELESS),
})

const client1 = (revision: string, offer?: string): readonly Row[] => {
  const rest = { peer: 'sdk 1.32.2', revision, needs: older, menu: harbour, ...cannotOf(revision) }
  return [
    { ...rest, transport: 'stdio', open: () => driveOfficial1(new Stdio1(program), answer, offer) },
    { ...rest, transport: 'HTTP', open: () => overHttp((url) => driveOfficial1(new Http1(url), answer, offer)) },
  ]
}

/** A Hawser server, asked by the clients of the official SDKs. */
export const askedByOthers: readonly Row[] = [
  ...client2({ pin: NEWEST }, NEWEST, 'pinned'),
  ...client2('auto', NEWEST, 'negotiating'),
  ...client2('legacy', HANDSHAKE, 'handshake'),
  ...OLDER.flatMap((revision) => client2('legacy', revision, 'handshake', [revision])),
  ...client1(HANDSHAKE),
  ...OLDER.flatMap((revision) => client1(revision, revision)),
  withoutSession('client 2.4.0', (url) => driveOfficial2(new Http2(url), 'legacy', answer)),
  withoutSession('sdk 1.32.2', (url) => driveOfficial1(new Http1(url), answer)),
  overSse('client 2.4.0, handshake', (url) => driveOfficial2(new Sse2(url), 'legacy', answer)),
  overSse('sdk 1.32.2', (url) => driveOfficial1(new Sse1(url), answer)),
]
