import { command } from 'hawser/node'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Driver } from './drivers/driver.ts'
import { driveHawser } from './drivers/hawser.ts'
import { harbour, type Menu } from './menu.ts'
import { freePort } from './peers/free-port.ts'
import { peerPath, startPeer } from './peers/start-peer.ts'
import type { Row } from './row.ts'

const NEWEST = '2026-07-28'
const HANDSHAKE = '2025-11-25'

const needsOf = (revision: string): Pick<Row, 'needs'> => (revision === NEWEST ? {} : { needs: 'older servers' })

interface Details extends Pick<Row, 'cannot' | 'needs'> {
  readonly path?: string
  readonly menu?: Menu
}

const answerOf = ({ ask }: Menu) => ask?.answer

/** A peer of this folder on its standard streams. */
const overStdio = (peer: string, program: string, revision: string, details: Details = {}): Row => {
  const { menu = harbour, ...rest } = details
  const open = (): Promise<Driver> => driveHawser(command(process.execPath, [peerPath(program)]), answerOf(menu))
  return { peer, transport: 'stdio', revision, menu, open, ...needsOf(revision), ...rest }
}

/** A peer of this folder on a port. */
const overHttp = (
  peer: string,
  program: string,
  revision: string,
  { path = '/mcp', menu = harbour, ...rest }: Details = {},
): Row => ({
  peer,
  transport: 'HTTP',
  revision,
  menu,
  ...needsOf(revision),
  ...rest,
  open: async () => {
    const started = await startPeer([peerPath(program)])
    return withPeer(started, () => driveHawser(`http://127.0.0.1:${started.port}${path}`, answerOf(menu)))
  },
})

/** Closes what the driver talks to together with the driver. */
async function withPeer(peer: AsyncDisposable, open: () => Promise<Driver>): Promise<Driver> {
  try {
    const driver = await open()
    const close = async (): Promise<void> => {
      await driver[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    }
    return { ...driver, [Symbol.asyncDispose]: close }
  } catch (error) {
    await peer[Symbol.asyncDispose]()
    throw error
  }
}

const installed = (name: string): string =>
  fileURLToPath(import.meta.resolve(`@modelcontextprotocol/${name}/dist/index.js`))

const everything: Menu = {
  call: { name: 'echo', args: { message: 'ahoy' }, says: 'Echo: ahoy' },
  read: { uri: 'demo://resource/static/document/startup.md', says: 'Everything Server' },
  prompt: { name: 'args-prompt', args: { city: 'Delft' }, says: "What's weather in Delft?" },
  ask: { name: 'trigger-elicitation-request', says: 'Name: Ada', answer: { name: 'Ada' } },
  progress: {
    name: 'trigger-long-running-operation',
    args: { duration: 0.3, steps: 3 },
    says: 'Long running operation completed',
    steps: 3,
  },
  cancel: { name: 'trigger-long-running-operation', args: { duration: 5, steps: 100 } },
}

async function everythingOverHttp(kind: 'streamableHttp' | 'sse', path: string): Promise<Driver> {
  const port = await freePort()
  const listening = (line: string): number | undefined => (line.includes(`port ${port}`) ? port : undefined)
  const peer = await startPeer([installed('server-everything'), kind], { PORT: String(port) }, listening)
  return withPeer(peer, () => driveHawser(`http://127.0.0.1:${port}${path}`, answerOf(everything)))
}

/** A server that keeps files in a folder of its own, which goes with it. */
async function inFolder(open: (folder: string) => Promise<Driver>): Promise<Driver> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-'))
  const remove = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  return withPeer(remove, () => open(folder))
}

const filesystem = (): Promise<Driver> =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'log.txt'), 'Moored at noon.')
    return driveHawser(command(process.execPath, [installed('server-filesystem'), folder], { cwd: folder }))
  })

const memory = (): Promise<Driver> =>
  inFolder((folder) => {
    const env = { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') }
    return driveHawser(command(process.execPath, [installed('server-memory')], { env }))
  })

const NO_PROMPTS = 'offers no prompts'
const NO_QUESTIONS = 'asks nothing'
const STATELESS = {
  ask: 'remembers nothing of its client, so it asks nothing',
  cancel: 'remembers no call that could be cancelled',
}
const SHORT_CALLS = { progress: 'reports no progress', cancel: 'has no tool that takes time' }

const files: Menu = { call: { name: 'list_directory', args: { path: '.' }, says: '[FILE] log.txt' } }
const graph: Menu = {
  call: {
    name: 'create_entities',
    args: { entities: [{ name: 'Ada', entityType: 'ship', observations: ['blue'] }] },
    says: 'Ada',
  },
  read: { uri: 'memory://knowledge-graph', says: 'Ada' },
}

const reference = (
  name: string,
  rest: Pick<Row, 'transport' | 'menu' | 'open' | 'cannot'>,
  needs?: Row['needs'],
): Row => ({
  peer: name,
  revision: HANDSHAKE,
  needs: needs ?? 'older servers',
  ...rest,
})

/** Hawser's client, asking servers that are written with other libraries, and the published reference servers. */
export const askingOthers: readonly Row[] = [
  overStdio('server 2.4.0', 'sdk-2-stdio', NEWEST),
  overHttp('server 2.4.0', 'sdk-2-http', NEWEST),
  overStdio('server 2.4.0, handshake', 'sdk-2-stdio-older', HANDSHAKE),
  overHttp('server 2.4.0, sessions', 'sdk-2-http-older', HANDSHAKE),
  overStdio('sdk 1.32.2', 'sdk-1-stdio', HANDSHAKE),
  overHttp('sdk 1.32.2, sessions', 'sdk-1-http', HANDSHAKE),
  overHttp('sdk 1.32.2, stateless', 'sdk-1-http-stateless', HANDSHAKE, { cannot: STATELESS }),
  {
    ...overHttp('sdk 1.32.2', 'sdk-1-sse', HANDSHAKE, { path: '/sse', needs: 'HTTP+SSE servers' }),
    transport: 'HTTP+SSE',
  },
  overStdio('tmcp 1.20.0', 'tmcp-stdio', NEWEST),
  overHttp('tmcp 1.20.0', 'tmcp-http', NEWEST),
  overStdio('fastmcp 4.20.16', 'fastmcp-stdio', HANDSHAKE),
  overHttp('fastmcp 4.20.16', 'fastmcp-http', HANDSHAKE),
  overHttp('mcp-lite 0.10.0', 'mcp-lite', '2025-03-26', {
    cannot: { cancel: 'does not tell its tools of callers who leave' },
  }),
  reference('server-everything', {
    transport: 'stdio',
    menu: everything,
    open: () => driveHawser(command(process.execPath, [installed('server-everything')]), answerOf(everything)),
  }),
  reference('server-everything', {
    transport: 'HTTP',
    menu: everything,
    open: () => everythingOverHttp('streamableHttp', '/mcp'),
  }),
  reference(
    'server-everything',
    { transport: 'HTTP+SSE', menu: everything, open: () => everythingOverHttp('sse', '/sse') },
    'HTTP+SSE servers',
  ),
  reference('server-filesystem', {
    transport: 'stdio',
    menu: files,
    open: filesystem,
    cannot: { read: 'offers no resources', prompt: NO_PROMPTS, ask: NO_QUESTIONS, ...SHORT_CALLS },
  }),
  reference('server-memory', {
    transport: 'stdio',
    menu: graph,
    open: memory,
    cannot: { prompt: NO_PROMPTS, ask: NO_QUESTIONS, ...SHORT_CALLS },
  }),
]
