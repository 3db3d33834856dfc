import { spawn } from 'node:child_process'
import { fine, line, mebibytes, onRequest, pour, repeat } from './say.ts'

/** A hostile server on the standard streams; its first argument says how it attacks the first request it gets. */
const tools = (id: number, list: readonly object[], nextCursor?: string): string =>
  line({ id, result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', tools: list, nextCursor } })

const tool = (name: string, inputSchema: object = { type: 'object' }): object => ({ name, inputSchema })

/** Opens an answer to the request that a bomb then fills. */
const opened = (id: number): string => `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"complete","content":[],"x":`

type Attack = (request: {
  readonly id: number
  readonly token: unknown
  readonly cursor: string | undefined
}) => unknown

const attacks: Readonly<Record<string, Attack>> = {
  'endless-stdout': () => pour(repeat('x'.repeat(65_536))),
  'endless-lines': () => pour(repeat('no message at all\n'.repeat(4096))),
  'endless-newlines': () => pour(repeat('\n'.repeat(65_536))),
  'line-of-200-MB': ({ id }) => pour([...mebibytes(200), `\n${fine(id)}`]),
  'stray-lines-of-60-MB': ({ id }) =>
    pour([...Array.from({ length: 5 }, () => [...mebibytes(60, 'stray '), '\n']).flat(), fine(id)]),
  'depth-of-200000': ({ id }) => pour([`${opened(id)}${'['.repeat(200_000)}${']'.repeat(200_000)}}}\n`]),
  'many-values': ({ id }) => pour([opened(id), '[{}', ...mebibytes(60, ',{}'), ']}}\n']),
  'no-result': ({ id }) => pour([line({ id, result: 7 })]),
  'not-json': ({ id }) => pour([`{"jsonrpc":"2.0","id":${id},"result":{"content":[],}}\n`]),
  'endless-pages': ({ id }) => pour([tools(id, [tool(`t${id}`)], String(id))]),
  'large-pages': ({ id }) =>
    pour([tools(id, [tool(`t${id}`, { type: 'object', x: 'y'.repeat(4 * 2 ** 20) })], String(id))]),
  'crowded-pages': ({ id }) =>
    pour([
      tools(
        id,
        Array.from({ length: 20_000 }, () => ({})),
        String(id),
      ),
    ]),
  'same-cursor': ({ id }) => pour([tools(id, [tool(`t${id}`)], 'again')]),
  'half-a-frame': ({ id }) => pour([opened(id)]),
  'byte-by-byte': ({ id }) => pour([opened(id), '"', ...repeat('x')], 100),
  'wrong-ids': ({ id }) =>
    pour([id + 1, String(id), null, -1, 2 ** 53, 1e300, {}, [id]].map((wrong) => line({ id: wrong, result: {} }))),
  'answers-to-nothing': ({ id }) => pour([...repeat(fine(1_000_000).repeat(1000), 500), fine(id)] as string[]),
  'requests-of-its-own': ({ id }) =>
    pour([
      ...repeat(line({ id: 7, method: 'elicitation/create', params: {} }).repeat(1000), 200),
      fine(id),
    ] as string[]),
  'progress-flood': ({ token }) =>
    pour(repeat(line({ method: 'notifications/progress', params: { progressToken: token, progress: 1 } }).repeat(500))),
  'unknown-subscriptions': ({ id }) => {
    const meta = { 'io.modelcontextprotocol/subscriptionId': 4711 }
    const news = line({ method: 'notifications/resources/updated', params: { uri: 'x://z', _meta: meta } })
    return pour([...repeat(news.repeat(1000), 200), fine(id)] as string[])
  },
  'large-changes': ({ id }) => {
    const _meta = { 'io.modelcontextprotocol/subscriptionId': id }
    const agreed = { toolsListChanged: true, resourceSubscriptions: ['x://y'] }
    process.stdout.write(
      line({ method: 'notifications/subscriptions/acknowledged', params: { _meta, notifications: agreed } }),
    )
    const long = 'y'.repeat(2 ** 20)
    const changes = function* () {
      for (let change = 0; change < 1000; change++) {
        yield line({ method: 'notifications/resources/updated', params: { uri: `x://${change}${long}`, _meta } })
      }
    }
    return pour(changes())
  },
  dies: () => process.kill(process.pid, 'SIGKILL'),
  'dies-in-a-frame': ({ id }) => process.stdout.write(opened(id), () => process.exit(3)),
  'stderr-flood': ({ id }) => {
    for (let count = 0; count < 200; count++) process.stderr.write('complaint '.repeat(100_000))
    return pour([fine(id)])
  },
  'long-error': ({ id }) => pour([line({ id, error: { code: 1, message: 'no '.repeat(5_000_000) } })]),
  // Neither the end of input nor a polite signal ends it, nor the process that it has started.
  'ignores-everything': ({ id }) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
    process.stdin.removeAllListeners('end')
    setInterval(() => {}, 1000)
    const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
    const { pid } = spawn(process.execPath, ['-e', stubborn], { stdio: 'ignore' })
    const content = [{ type: 'text', text: `${process.pid} ${pid}` }]
    return pour([line({ id, result: { resultType: 'complete', content } })])
  },
}

const attack = attacks[process.argv[2] ?? '']
if (attack === undefined) throw new Error(`There is no attack ${process.argv[2]}.`)

/** Attacks on lists answer every request; the others attack once and serve properly from then on. */
const endures = /page|cursor/.test(process.argv[2] ?? '')
let begun: unknown
/** Whether it speaks an earlier revision, which begins with a handshake. */
const isPast = process.argv[3] === 'past'
const discovered = (id: number): string =>
  line({
    id,
    result: {
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, resources: { subscribe: true } },
    },
  })
const greeting = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'past', version: '1' },
}

let isGreeted = !isPast
onRequest(({ id, method, params }) => {
  if (isPast && method === 'initialize') {
    isGreeted = true
    return void process.stdout.write(line({ id, result: greeting }))
  }
  if (!isGreeted) return void process.stdout.write(line({ id, error: { code: -32601, message: 'Method not found' } }))
  // Who it is it says properly, unless that is what it attacks.
  if (method === 'server/discover' && process.argv[3] !== 'at once') return void process.stdout.write(discovered(id))
  if (begun !== undefined && !endures) return void Promise.resolve(begun).then(() => process.stdout.write(fine(id)))
  begun = attack({ id, token: params._meta?.progressToken, cursor: params.cursor }) ?? null
})
