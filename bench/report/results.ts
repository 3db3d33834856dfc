import { contenders } from '../contenders/index.ts'
import { median } from '../measure/numbers.ts'
import type { Metric } from '../rows/row.ts'
import type { Samples } from '../rounds.ts'
import type { facts } from './machine.ts'

/** One contender's figure, and how it compares with others of the same run. */
export interface Figure {
  readonly median: number
  readonly least: number
  readonly most: number
  readonly rounds: number
  /** This median over that of the 60-line MCP floor, and over that of the official SDK 2. */
  readonly overFloor?: number
  readonly overSdk?: number
}

export interface MetricResult extends Metric {
  readonly figures: Readonly<Record<string, Figure>>
}

export interface RowResult {
  readonly taken: ReturnType<typeof facts>
  readonly name: string
  readonly title: string
  readonly metrics: readonly MetricResult[]
  readonly failures: Readonly<Record<string, string>>
}

const figuresOf = (metric: Metric, { rounds }: Samples): Record<string, Figure> => {
  const medians = new Map<string, readonly number[]>()
  for (const { name } of contenders) {
    const values = (rounds.get(name) ?? []).map((one) => one[metric.name]).filter((value) => value !== undefined)
    if (values.length > 0) medians.set(name, values)
  }
  const over = (value: number, name: string) => {
    const reference = medians.get(name)
    return reference === undefined ? undefined : value / median(reference)
  }
  return Object.fromEntries(
    [...medians].map(([name, values]) => {
      const middle = median(values)
      const spread = { least: Math.min(...values), most: Math.max(...values), rounds: values.length }
      return [name, { median: middle, ...spread, overFloor: over(middle, 'floor-mcp'), overSdk: over(middle, 'sdk') }]
    }),
  )
}

export const summarise = (samples: Samples, taken: RowResult['taken']): RowResult => ({
  taken,
  name: samples.row.name,
  title: samples.row.title,
  metrics: samples.row.metrics.map((metric) => ({ ...metric, figures: figuresOf(metric, samples) })),
  failures: Object.fromEntries(samples.failures),
})

/** The median of one figure; undefined where it was not taken. */
export const valueOf = (results: readonly RowResult[], row: string, metric: string, name: string): number | undefined =>
  results.find((result) => result.name === row)?.metrics.find((one) => one.name === metric)?.figures[name]?.median
