import { contenders } from '../contenders/index.ts'
import { short } from '../measure/numbers.ts'
import type { MetricResult, RowResult } from './results.ts'

const metricLines = ({ title, unit, figures }: MetricResult): readonly string[] => {
  const lines = contenders.flatMap(({ name, label }) => {
    const figure = figures[name]
    if (figure === undefined) return []
    const { median, least, most, rounds, overFloor, overSdk } = figure
    const times = (value: number | undefined) => (value === undefined ? '' : `${short(value)}×`).padStart(9)
    const spread = rounds > 1 ? `  ${short(least)}–${short(most)}` : ''
    return [`    ${label.padEnd(26)}${short(median).padStart(9)}${times(overFloor)}${times(overSdk)}${spread}`]
  })
  const head = `  ${unit === '' ? title : `${title}, ${unit}`}`
  return lines.length === 0 ? [] : [head, ...lines]
}

/** A row for a terminal: median, ratio to the MCP floor, ratio to the official SDK, least to most. */
export const table = ({ title, metrics, failures }: RowResult): string =>
  [
    '',
    title,
    ' '.repeat(30) + 'median'.padStart(9) + '/ floor'.padStart(9) + '/ SDK 2'.padStart(9) + '  range',
    ...metrics.flatMap(metricLines),
    ...Object.entries(failures).map(([name, reason]) => `    ${name} left out: ${reason.trim()}`),
  ].join('\n')
