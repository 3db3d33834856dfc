import { hasForm, type Contender } from '../contenders/index.ts'
import { measureServer } from './http.ts'
import type { Effort, Row, Values } from './row.ts'

const measure = async (contender: Contender, effort: Effort): Promise<Values> => {
  const open = await measureServer(contender, 'http', effort)
  const audited = await measureServer(contender, 'audited', effort)
  const { cpu: before = 0, rate: most = 0 } = open
  const { cpu = 0, rate = 0 } = audited
  return { open: before, audited: cpu - before, share: (cpu / before - 1) * 100, slower: (1 - rate / most) * 100 }
}

const unit = 'µs CPU'

export const audit: Row = {
  name: 'audit',
  title: 'Keeping account of each call, HTTP on Node, 16 connections',
  metrics: [
    { name: 'open', title: 'server CPU per call without an audit', unit, better: 'lower' },
    { name: 'audited', title: 'what an audit into a file of JSON lines adds', unit, better: 'lower' },
    { name: 'share', title: 'the same, as a share of the call', unit: '%', better: 'lower' },
    { name: 'slower', title: 'fewer calls per second', unit: '%', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'audited'),
  full: { rounds: 5, seconds: 90, warmMs: 4000, warmCalls: 30_000, runMs: 2500 },
  quick: { rounds: 1, seconds: 8, warmMs: 1200, warmCalls: 15_000, runMs: 500 },
  measure,
}
