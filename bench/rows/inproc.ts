import type { Cell, Task } from '../child/inproc.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import { askForValues } from '../measure/values.ts'
import { richArguments } from '../tools/rich.ts'
import { call, list } from '../wire/dialect.ts'
import type { Effort, Row, Values } from './row.ts'

/** Runs cells one after the other in a fresh process of one contender. */
export const measureCells = async (
  contender: Contender,
  cells: readonly Cell[],
  { warmMs, runMs }: Effort,
): Promise<Values> => {
  await using program = startProgram(programPath('inproc'), 'free')
  const { name, dialect, constant = false } = contender
  const task: Task = { module: builtPath(name, 'inproc'), dialect, constant, cells, warmMs, runMs }
  return await askForValues(program, task)
}

const rich = call('rich_0025', richArguments)

const cells: readonly Cell[] = [
  { name: 'call', tools: 'echo', question: call('echo', { text: 'hello' }), expect: 'hello' },
  { name: 'call50', tools: 'rich:50', question: rich, expect: '0 matches for tide tables' },
  { name: 'list50', tools: 'rich:50', question: list(), expect: 50 },
]

const unit = 'µs CPU'

export const inproc: Row = {
  name: 'inproc',
  title: 'In process, through fetch',
  metrics: [
    { name: 'call', title: 'tools/call, 1 tool', unit, better: 'lower' },
    { name: 'call50', title: 'tools/call, 50 rich tools', unit, better: 'lower' },
    { name: 'list50', title: 'tools/list of 50 rich tools', unit, better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'inproc'),
  full: { rounds: 7, seconds: 400, warmMs: 700, runMs: 1000 },
  quick: { rounds: 3, seconds: 13, warmMs: 700, runMs: 400, only: ['hawser', 'floor-mcp'] },
  measure: (contender, effort) => measureCells(contender, cells, effort),
}
