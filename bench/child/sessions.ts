import { answerWithValues } from '../measure/values.ts'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Open } from '../contenders/contract.ts'
import { toolsOf, type ToolSet } from '../tools/tool-set.ts'
import { ask, openSession, type Target } from '../wire/post.ts'
import { list } from '../wire/dialect.ts'

/** What the runner sends once. */
export interface SessionsTask {
  readonly module: string
  readonly tools: ToolSet
  /** Sessions to hold. */
  readonly count: number
  /** CPU time to spend before, in ms. */
  readonly warmMs: number
}

const dialect = { revision: '2025-11-25', session: true } as const

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that are reachable: requests and their streams are let go of in steps, by finalizers. */
const heap = async (): Promise<number> => {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 10; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

/** Opens sessions as clients do. */
const openMany = async (target: Target, count: number): Promise<readonly (string | undefined)[]> => {
  const opened: (string | undefined)[] = []
  while (opened.length < count) opened.push(await openSession(target))
  return opened
}

/** Each session lists the tools once, and is then left idle. */
const useAll = async (target: Target, opened: readonly (string | undefined)[]): Promise<void> => {
  for (const session of opened) {
    const { result } = await ask(target, list(), session)
    if (result?.tools === undefined) throw new Error('the session lists no tools')
  }
}

const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const run = async ({ module, tools, count, warmMs }: SessionsTask) => {
  const { open }: { open: Open } = await import(module)
  const target: Target = { fetch: open(toolsOf(tools)), url: 'http://127.0.0.1/mcp', dialect }
  const begin = process.cpuUsage()
  while (cpuSince(begin) < warmMs * 1000) await openMany(target, 100)
  const start = process.cpuUsage()
  await openMany(target, count)
  const spent = cpuSince(start)
  // Full collections throw compiled code away, so the heap is looked at last.
  const before = await heap()
  await useAll(target, await openMany(target, count))
  return { bytes: ((await heap()) - before) / count, rate: (count / spent) * 1e6 }
}

answerWithValues(run)
