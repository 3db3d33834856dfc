import { describe, expect, it } from 'vitest'
import { judge } from './budgets.ts'
import { facts } from './machine.ts'
import type { RowResult } from './results.ts'

const figure = (median: number) => ({ median, least: median, most: median, rounds: 1 })

const row = (name: string, metric: string, medians: Record<string, number>): RowResult => ({
  taken: facts(),
  name,
  title: name,
  metrics: [
    {
      name: metric,
      title: metric,
      unit: 'µs CPU',
      better: 'lower',
      figures: Object.fromEntries(Object.entries(medians).map(([one, median]) => [one, figure(median)])),
    },
  ],
  failures: {},
})

describe('judge', () => {
  it('says nothing of a budget that holds', () => {
    expect(judge([row('inproc', 'call50', { hawser: 26, 'floor-mcp': 20 })])).toMatchObject({ missed: [], judged: 1 })
  })

  it('gives one line to a missed budget: figure, ratio and bound', () => {
    const { missed } = judge([row('inproc', 'call50', { hawser: 30, 'floor-mcp': 20 })])
    expect(missed).toEqual(['missed: inproc, call50: 30.0 µs CPU, 1.50 × floor-mcp; budget ≤ 1.3 × floor, here 26.0'])
  })

  it('wants rates to be high', () => {
    expect(judge([row('stdio', 'single', { hawser: 80, 'floor-mcp': 100 })]).missed).toHaveLength(1)
    expect(judge([row('stdio', 'single', { hawser: 200, 'floor-mcp': 100 })]).missed).toHaveLength(0)
  })

  it('takes linear growth for good even where the floor grows less', () => {
    expect(judge([row('growth', 'payload', { hawser: 1.2, 'floor-mcp': 0.5 })]).missed).toHaveLength(0)
    expect(judge([row('growth', 'payload', { hawser: 1.4, 'floor-mcp': 0.5 })]).missed).toHaveLength(1)
  })

  it('does not judge what was not measured beside its reference', () => {
    expect(judge([row('http', 'cpu', { hawser: 30 })])).toMatchObject({ missed: [], judged: 0 })
  })
})
