import * as z from 'zod'
import type { Burst, LoadTask } from '../child/http-load.ts'
import { hasForm, type Contender, type Form } from '../contenders/index.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import { call } from '../wire/dialect.ts'
import { openSession, probeEcho, type Fetch } from '../wire/post.ts'
import type { Effort, Row, Values } from './row.ts'

const ready = z.object({ ready: z.literal(true) })
const burst = z.object({
  requests: z.number(),
  failures: z.literal(0),
  seconds: z.number(),
  p50: z.number(),
  p99: z.number(),
})

const withToken =
  (token: string): Fetch =>
  (request) => {
    request.headers.set('authorization', `Bearer ${token}`)
    return fetch(request)
  }

/** Loads a server on a port with 16 connections and reads its CPU clock (µs) before and after. */
export const measureLoad = async (
  contender: Contender,
  port: number,
  cpu: () => number | Promise<number>,
  { warmMs, warmCalls, runMs }: Effort,
  token?: string,
): Promise<Values> => {
  const { dialect } = contender
  const target = { fetch: token === undefined ? fetch : withToken(token), url: `http://127.0.0.1:${port}/mcp`, dialect }
  const session = await openSession(target)
  if (contender.constant !== true) await probeEcho(target, session)

  await using load = startProgram(programPath('http-load'), 'load')
  const task: LoadTask = { port, dialect, session, token, question: call('echo', { text: 'hello' }), connections: 16 }
  await load.ask(task, ready)
  const warm: Burst = { ms: warmMs, requests: warmCalls }
  await load.ask(warm, burst)
  const before = await cpu()
  const { requests, seconds, p50, p99 } = await load.ask({ ms: runMs } satisfies Burst, burst)
  const spent = (await cpu()) - before
  return { cpu: spent / requests, rate: requests / seconds, p50, p99 }
}

/** Loads a program of the contender that listens on a port. */
export const measureServer = async (contender: Contender, form: Form, effort: Effort): Promise<Values> => {
  await using server = startProgram(builtPath(contender.name, form), 'server')
  const { port } = await server.next(z.object({ port: z.number() }))
  const cpu = async () => (await server.ask({ ask: 'cpu' }, z.object({ cpu: z.number() }))).cpu
  return await measureLoad(contender, port, cpu, effort)
}

export const loadMetrics: Row['metrics'] = [
  { name: 'cpu', title: 'server CPU per request', unit: 'µs CPU', better: 'lower' },
  { name: 'rate', title: 'requests per second', unit: '/s', better: 'higher' },
  { name: 'p50', title: 'median latency', unit: 'ms', better: 'lower' },
  { name: 'p99', title: '99th percentile of latency', unit: 'ms', better: 'lower' },
]

export const http: Row = {
  name: 'http',
  title: 'HTTP on Node, 16 connections',
  metrics: loadMetrics,
  takesPart: (contender) => hasForm(contender, 'http'),
  full: { rounds: 5, seconds: 300, warmMs: 4000, warmCalls: 30_000, runMs: 2500 },
  quick: { rounds: 3, seconds: 6, warmMs: 1200, warmCalls: 15_000, runMs: 500, only: ['hawser', 'floor'] },
  measure: (contender, effort) => measureServer(contender, 'http', effort),
}
