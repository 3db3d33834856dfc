import type { Cell } from '../child/inproc.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { call, list } from '../wire/dialect.ts'
import { measureCells } from './inproc.ts'
import type { Effort, Metric, Row, Values } from './row.ts'

const mega = 1_000_000
const hello = call('echo', { text: 'hello' })

const listCell = (count: number): Cell => ({
  name: `list${count}`,
  tools: `rich:${count}`,
  question: list(),
  expect: count,
})
const payloadCell = (megabytes: number): Cell => ({
  name: `payload${megabytes}`,
  tools: 'big',
  question: call('big', { bytes: megabytes * mega }),
  expect: 'All lines are fast',
})
const flightCell = (flight: number): Cell => ({
  name: `flight${flight}`,
  tools: 'echo',
  question: hello,
  expect: 'hello',
  flight,
})

const cells = [...[50, 250, 1000].map(listCell), ...[1, 5].map(payloadCell), ...[1, 16, 256].map(flightCell)]

/** Cost per unit at the large end over cost per unit at the small end: 1 is linear. */
const measure = async (contender: Contender, effort: Effort): Promise<Values> => {
  const cost = await measureCells(contender, cells, effort)
  const at = (name: string) => cost[name] ?? Number.NaN
  return {
    ...cost,
    tools: at('list1000') / 1000 / (at('list50') / 50),
    payload: at('payload5') / 5 / at('payload1'),
    flight: at('flight256') / at('flight1'),
  }
}

const cost = (name: string, title: string): Metric => ({ name, title, unit: 'µs CPU', better: 'lower' })
const factor = (name: string, title: string): Metric => ({ name, title, unit: '×', better: 'lower' })

export const growth: Row = {
  name: 'growth',
  title: 'Growth of cost, in process',
  metrics: [
    cost('list50', 'tools/list, 50 tools'),
    cost('list250', 'tools/list, 250 tools'),
    cost('list1000', 'tools/list, 1 000 tools'),
    factor('tools', 'cost per tool, 1 000 tools over 50'),
    cost('payload1', 'tools/call, answer of 1 MB'),
    cost('payload5', 'tools/call, answer of 5 MB'),
    factor('payload', 'cost per MB, 5 MB over 1 MB'),
    cost('flight1', 'tools/call, one at a time'),
    cost('flight16', 'tools/call, 16 at a time'),
    cost('flight256', 'tools/call, 256 at a time'),
    factor('flight', 'cost per call, 256 at a time over 1'),
  ],
  takesPart: (contender) => hasForm(contender, 'inproc') && contender.constant !== true,
  full: { rounds: 3, seconds: 180, warmMs: 400, runMs: 800 },
  quick: { rounds: 1, seconds: 5, warmMs: 150, runMs: 120, only: ['hawser', 'floor-mcp'] },
  measure,
}
