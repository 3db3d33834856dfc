import type { Open } from '../contenders/contract.ts'
import { cpuPerOperation } from '../measure/cpu.ts'
import { answerWithValues } from '../measure/values.ts'
import { toolsOf, type ToolSet } from '../tools/tool-set.ts'
import { ask, openSession, probeEcho, type Target } from '../wire/post.ts'
import { frame, headersOf, list, type Dialect, type Question } from '../wire/dialect.ts'

/** One figure to take: which tools are served, what is asked, what must come, how many questions are open at once. */
export interface Cell {
  readonly name: string
  readonly tools: ToolSet
  readonly question: Question
  /** The text of a call's answer, or the number of tools of a whole list. */
  readonly expect: string | number
  readonly flight?: number
}

/** What the runner sends once. */
export interface Task {
  readonly module: string
  readonly dialect: Dialect
  readonly constant: boolean
  readonly cells: readonly Cell[]
  /** CPU time to spend before and while a figure is taken, in ms. */
  readonly warmMs: number
  readonly runMs: number
}

/** The questions that fetch all pages of the list. */
const pagesOf = async (target: Target, count: number, session?: string): Promise<readonly Question[]> => {
  const questions = [list()]
  let seen = 0
  for (const question of questions) {
    const { result } = await ask(target, question, session)
    seen += result?.tools?.length ?? 0
    if (result?.nextCursor !== undefined && questions.length < 1000) questions.push(list(result.nextCursor))
  }
  if (seen !== count) throw new Error(`expected ${count} tools, came ${seen}`)
  return questions
}

const questionsOf = async (target: Target, cell: Cell, constant: boolean, session?: string) => {
  if (constant) return [cell.question]
  if (typeof cell.expect === 'number') return pagesOf(target, cell.expect, session)
  const answer = await ask(target, cell.question, session)
  const text = answer.result?.content?.[0]?.text
  if (text === undefined || !text.startsWith(cell.expect))
    throw new Error(`expected ${cell.expect}, came ${JSON.stringify(answer).slice(0, 300)}`)
  return [cell.question]
}

let id = 100_000_000

const asker = (target: Target, question: Question, session?: string) => {
  const [head, tail] = frame(target.dialect, question)
  const headers = headersOf(target.dialect, question, session)
  return async () => {
    id += 1
    const response = await target.fetch(new Request(target.url, { method: 'POST', headers, body: head + id + tail }))
    return response.text()
  }
}

const run = async (task: Task) => {
  const { open }: { open: Open } = await import(task.module)
  const values: Record<string, number> = {}
  for (const cell of task.cells) {
    const target: Target = { fetch: open(toolsOf(cell.tools)), url: 'http://127.0.0.1/mcp', dialect: task.dialect }
    const session = await openSession(target)
    if (cell.tools === 'echo' && !task.constant) await probeEcho(target, session)
    const questions = await questionsOf(target, cell, task.constant, session)
    const askers = questions.map((question) => asker(target, question, session))
    const [first] = askers
    const operation = async () => {
      for (const one of askers) await one()
    }
    const measured = askers.length === 1 && first !== undefined ? first : operation
    await cpuPerOperation(measured, cell.flight ?? 1, task.warmMs)
    values[cell.name] = await cpuPerOperation(measured, cell.flight ?? 1, task.runMs)
  }
  return values
}

answerWithValues(run)
