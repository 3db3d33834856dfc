import { short } from '../measure/numbers.ts'
import { valueOf, type RowResult } from './results.ts'

/** What a figure of Hawser's must not exceed (or fall below), by a reference of the same run. */
interface Budget {
  readonly row: string
  readonly metric: string
  readonly says: string
  /** The reference contender; the limit is absolute without one. */
  readonly of?: string
  /** The figure of the reference, where it is another one. */
  readonly ofMetric?: string
  /** A reference below this counts as this. */
  readonly least?: number
  readonly limit: (reference: number) => number
  readonly atLeast?: true
}

const times = (factor: number) => (reference: number) => reference * factor

const budgets: readonly Budget[] = [
  { row: 'inproc', metric: 'call', of: 'floor-mcp', says: '≤ 1.3 × floor', limit: times(1.3) },
  { row: 'inproc', metric: 'call50', of: 'floor-mcp', says: '≤ 1.3 × floor', limit: times(1.3) },
  { row: 'inproc', metric: 'call', of: 'sdk', says: '≤ 1/13 of the SDK', limit: times(1 / 13) },
  { row: 'inproc', metric: 'list50', of: 'floor-mcp', says: '≤ 1.2 × floor', limit: times(1.2) },
  { row: 'inproc', metric: 'list50', of: 'sdk', says: '≤ 1/80 of the SDK', limit: times(1 / 80) },
  { row: 'auth', metric: 'known', says: '≤ 10 µs', limit: () => 10 },
  ...['ES256', 'RS256'].map((metric) => ({ row: 'auth', metric, says: '≤ 60 µs', limit: () => 60 })),
  { row: 'issuer', metric: 'disk-rate', says: '≥ 500 a second', limit: () => 500, atLeast: true },
  { row: 'audit', metric: 'share', says: '< 5 % of a call', limit: () => 5 },
  { row: 'http', metric: 'cpu', of: 'floor', says: '≤ 1.3 × bare node:http', limit: times(1.3) },
  { row: 'client', metric: 'one', of: 'floor', says: '≤ 1.5 × bare fetch and JSON', limit: times(1.5) },
  { row: 'client', metric: 'one', of: 'sdk', says: '≤ 1/5 of the SDK', limit: times(1 / 5) },
  { row: 'client', metric: 'many', of: 'sdk', says: '≤ 1/5 of the SDK', limit: times(1 / 5) },
  { row: 'stdio', metric: 'single', of: 'floor-mcp', says: '≥ 0.9 × floor', limit: times(0.9), atLeast: true },
  { row: 'stdio', metric: 'many', of: 'floor-mcp', says: '≥ 0.6 × floor', limit: times(0.6), atLeast: true },
  { row: 'start', metric: 'zod', of: 'floor-mcp', says: '≤ 1.15 × floor', limit: times(1.15) },
  { row: 'start', metric: 'plain', of: 'floor', says: '≤ 1.5 × bare process', limit: times(1.5) },
  { row: 'workerd', metric: 'cpu', of: 'floor-mcp', says: '≤ 1.2 × floor', limit: times(1.2) },
  // On one core that is full, so many requests a second are so many to its time.
  { row: 'workerd', metric: 'cpu', of: 'floor', says: '≥ 0.9 × bare Worker', limit: times(1 / 0.9) },
  { row: 'workerd', metric: 'cpu', of: 'agents', says: '≥ 5 × agents', limit: times(1 / 5) },
  {
    row: 'workerd',
    metric: 'signedIn',
    of: 'floor',
    ofMetric: 'cpu',
    says: '≥ 0.7 × bare Worker',
    limit: times(1 / 0.7),
  },
  ...['redeemRate', 'refreshRate'].map((metric) => ({
    row: 'workerd-issuer',
    metric,
    says: '≥ 200 a second and object',
    limit: () => 200,
    atLeast: true as const,
  })),
  { row: 'workerd-listeners', metric: 'reach', says: '≤ 300 ms', limit: () => 300 },
  { row: 'cold-start', metric: 'ms', of: 'floor-mcp', says: '≤ floor + 3 ms', limit: (floor) => floor + 3 },
  { row: 'cold-start', metric: 'plain', of: 'floor', says: '≤ 1.15 × bare Worker', limit: times(1.15) },
  { row: 'size', metric: 'worker-plain', says: '≤ 15 kB', limit: () => 15 },
  { row: 'size', metric: 'worker-notes', says: '≤ 90 kB', limit: () => 90 },
  { row: 'size', metric: 'client', says: '≤ 10 kB', limit: () => 10 },
  { row: 'memory', metric: 'rss', of: 'floor-mcp', says: '≤ 1.2 × floor', limit: times(1.2) },
  {
    row: 'memory',
    metric: 'growth',
    of: 'floor-mcp',
    least: 1,
    says: 'no growth beyond the floor’s',
    limit: times(1.1),
  },
  ...['heap', 'heap50'].map((metric) => ({ row: 'sessions', metric, says: '≤ 1 KiB', limit: () => 1 })),
  { row: 'sessions', metric: 'rate', of: 'sdk', says: '≥ 5 × SDK', limit: times(5), atLeast: true },
  { row: 'listeners', metric: 'rss', says: '≤ 150 MB', limit: () => 150e6 / 2 ** 20 },
  { row: 'listeners', metric: 'reach', says: '≤ 250 ms', limit: () => 250 },
  ...['tools', 'payload', 'flight'].map((metric) => ({
    row: 'growth',
    metric,
    of: 'floor-mcp',
    least: 1,
    says: 'linear, or ≤ 1.3 × the floor’s growth',
    limit: times(1.3),
  })),
  { row: 'types', metric: 'growth', says: 'linear (≤ 1.2 ×)', limit: () => 1.2 },
]

/** One line per missed budget, the number of budgets that could be judged, and of those that could not. */
export const judge = (results: readonly RowResult[]) => {
  const missed: string[] = []
  let judged = 0
  for (const { row, metric, of, ofMetric = metric, least = 0, says, limit, atLeast } of budgets) {
    const value = valueOf(results, row, metric, 'hawser')
    const reference = of === undefined ? 0 : valueOf(results, row, ofMetric, of)
    if (value === undefined || reference === undefined) continue
    judged += 1
    const bound = limit(Math.max(reference, least))
    if (atLeast === true ? value >= bound : value <= bound) continue
    const { title = row, metrics = [] } = results.find((result) => result.name === row) ?? {}
    const { title: what = metric, unit = '' } = metrics.find(({ name }) => name === metric) ?? {}
    const ratio = of === undefined ? '' : `, ${short(value / reference)} × ${of}`
    missed.push(`missed: ${title}, ${what}: ${short(value)} ${unit}${ratio}; budget ${says}, here ${short(bound)}`)
  }
  return { missed, judged, unjudged: budgets.length - judged }
}
