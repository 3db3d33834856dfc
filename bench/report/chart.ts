import { View, parse } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { contenders, hasForm } from '../contenders/index.ts'
import { short } from '../measure/numbers.ts'
import type { MetricResult, RowResult } from './results.ts'

/** What the chart shows of the rows, in its own short words. */
const shown: readonly (readonly [row: string, metric: string, says: string])[] = [
  ['inproc', 'call', 'tools/call, 1 tool'],
  ['inproc', 'call50', 'tools/call, 50 rich tools'],
  ['inproc', 'list50', 'tools/list, 50 rich tools'],
  ['http', 'cpu', 'HTTP on Node, CPU per request'],
  ['stdio', 'single', 'stdio, one call at a time'],
  ['stdio', 'many', 'stdio, 100 calls in flight'],
  ['start', 'zod', 'process start to first tools/list'],
  ['workerd', 'cpu', 'HTTP on workerd, CPU per request'],
  ['cold-start', 'ms', 'Worker cold start'],
  ['memory', 'rss', 'memory after 1 000 000 calls'],
]

const floor = 'floor-mcp'
/** Servers; an authorization server has a row of its own. */
const compared = contenders.filter((one) => hasForm(one, 'inproc') && one.name !== floor && one.name !== 'floor')
const labels: string[] = compared.map(({ label }) => label)
const colors = ['#0b6bcb', '#c2410c', '#a16207', '#6b7280', '#15803d']
const shapes = ['circle', 'square', 'diamond', 'triangle-up', 'cross']

const metricOf = (results: readonly RowResult[], row: string, metric: string): MetricResult | undefined =>
  results.find(({ name }) => name === row)?.metrics.find(({ name }) => name === metric)

/** How many times the floor's cost; rates are turned round, so that less is better everywhere. */
const dots = (results: readonly RowResult[]) =>
  shown.flatMap(([row, name, what]) => {
    const metric = metricOf(results, row, name)
    return compared.flatMap(({ name: contender, label }) => {
      const over = metric?.figures[contender]?.overFloor
      if (metric === undefined || over === undefined) return []
      const times = metric.better === 'lower' ? over : 1 / over
      return [{ what, contender: label, times, text: `${short(times)}×` }]
    })
  })

const sizes = [
  ['worker-plain', 'Code of a Worker with one tool'],
  ['client', 'Code of a client over HTTP'],
] as const

const bars = (results: readonly RowResult[], name: string) => {
  const figures = metricOf(results, 'size', name)?.figures ?? {}
  return compared.flatMap(({ name: contender, label }) => {
    const size = figures[contender]?.median
    return size === undefined ? [] : [{ contender: label, size, text: `${short(size)} kB` }]
  })
}

const color = { field: 'contender', type: 'nominal', scale: { domain: labels, range: colors } } as const

type Panels = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat']

const sizePanels = (results: readonly RowResult[]): Panels =>
  sizes.map(([metric, text]) => ({
    title: { text, subtitle: 'Minified and gzipped, without the user’s own schema library; less is better.' },
    data: { values: bars(results, metric) },
    width: 560,
    height: { step: 20 },
    encoding: {
      y: { field: 'contender', type: 'nominal', sort: labels, title: null },
      x: { field: 'size', type: 'quantitative', axis: { title: 'kB', grid: false } },
    },
    layer: [
      { mark: 'bar', encoding: { color: { ...color, legend: null } } },
      { mark: { type: 'text', align: 'left', dx: 4, fontSize: 11 }, encoding: { text: { field: 'text' } } },
    ],
  }))

const spec = (results: readonly RowResult[]): TopLevelSpec => ({
  background: 'white',
  padding: 16,
  config: {
    font: 'system-ui, sans-serif',
    view: { stroke: null },
    title: { anchor: 'start', fontSize: 14, subtitleColor: '#4b5563' },
    axis: { labelFontSize: 12, labelLimit: 300, titleFontWeight: 'normal', domain: false, ticks: false },
    legend: { labelFontSize: 12, orient: 'top', title: null, symbolSize: 90 },
  },
  resolve: { scale: { color: 'independent', shape: 'independent' } },
  vconcat: [
    {
      title: {
        text: 'Cost of an MCP server, as a multiple of a hand-written floor',
        subtitle: 'Logarithmic; the line is the floor, left is better. Numbers are Hawser’s.',
      },
      data: { values: dots(results) },
      width: 560,
      height: { step: 26 },
      encoding: {
        y: {
          field: 'what',
          type: 'nominal',
          sort: shown.map(([, , what]) => what),
          title: null,
          axis: { grid: true, labelLimit: 400 },
        },
      },
      layer: [
        {
          data: { values: [{ one: 1 }] },
          mark: { type: 'rule', color: '#111827' },
          encoding: { x: { datum: 1 }, y: { value: 0 }, y2: { value: 'height' } },
        },
        {
          mark: { type: 'point', filled: true, size: 90, opacity: 0.9 },
          encoding: {
            x: {
              field: 'times',
              type: 'quantitative',
              scale: { type: 'log', nice: false, domainMin: 0.9 },
              axis: { title: 'times the floor', format: '~g', grid: false },
            },
            color,
            shape: { field: 'contender', type: 'nominal', scale: { domain: labels, range: shapes } },
          },
        },
        {
          transform: [{ filter: `datum.contender === '${labels[0]}'` }],
          mark: { type: 'text', dy: -11, fontSize: 10, color: colors[0] },
          encoding: { x: { field: 'times', type: 'quantitative' }, text: { field: 'text' } },
        },
      ],
    },
    ...sizePanels(results),
  ],
})

/** Draws the ratios of all contenders and the bundle sizes as one SVG. */
export const drawChart = (results: readonly RowResult[]): Promise<string> =>
  new View(parse(compile(spec(results)).spec), { renderer: 'none' }).toSVG()
