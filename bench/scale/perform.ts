import { type Answer, call, send, textOf } from './caller.ts'
import { openSession, sendInSession } from './old-caller.ts'
import { type IssuedCode, redeem, refresh, signIn, type Tokens } from './signing-in.ts'
import type { Entry, Journal } from './journal.ts'
import type { Operation } from './plan.ts'
import type { Desk } from './start-desk.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Of one thing that was tried several times at once. */
const NO_ANSWER: Answer = { status: 0 }

type Perform = (desk: Desk, journal: Journal, operation: Operation, number: number) => Promise<number>

/** Does one operation and notes how it went. */
export async function perform(desk: Desk, journal: Journal, operation: Operation, number: number): Promise<void> {
  const from = Date.now()
  let why: string | undefined
  const status = await BY_KIND[operation.kind](desk, journal, operation, number).catch((error: unknown) => {
    why = String(error instanceof Error ? (error.cause ?? error) : error)
    return 0
  })
  journal.entries.push({ kind: operation.kind, from, to: Date.now(), status, why })
}

const hello: Perform = async (desk, _, { workers: [worker], person }) =>
  (await call(desk, worker, person, 'hello')).status

const counted: Perform = async (desk, { passed, refused }, { workers: [worker], person }) => {
  const from = Date.now()
  const { status } = await call(desk, worker, person, 'counted')
  const entry: Entry = { kind: 'counted', from, to: Date.now(), status }
  if (status === 200) passed.set(person, [...(passed.get(person) ?? []), entry])
  if (status === 429) refused.set(person, (refused.get(person) ?? 0) + 1)
  return status === 429 ? 200 : status
}

/** Half of what is told is for all of a tenant, a part for the caller alone, and little is about the tools. */
const tell: Perform = async (desk, { told }, { workers: [worker], person, chance }) => {
  const [tenant = ''] = person.split('/')
  const what = chance < 0.05 ? {} : { uri: `desk://${tenant}-${Math.floor(chance * 20) % 4}`, mine: chance > 0.7 }
  const from = Date.now()
  const { status } = await call(desk, worker, person, 'tell', what)
  if (status === 200)
    told.push({ from, to: Date.now(), topic: what.uri ?? 'tools', person: what.mine === true ? person : undefined })
  return status
}

const confirm: Perform = async (desk, { once }, { workers, person, isDoubled }, number) => {
  const order = `order ${number}`
  const asked = await call(desk, workers[0], person, 'confirm', { order })
  const { inputRequests = {}, requestState } = asked.result ?? {}
  const answer = { action: 'accept', content: { sure: true } }
  const inputResponses = Object.fromEntries(Object.keys(inputRequests as object).map((key) => [key, answer]))
  const from = Date.now()
  const answers = await Promise.all(
    workers
      .slice(isDoubled ? 0 : 1)
      .map((worker) =>
        call(desk, worker, person, 'confirm', { order }, { inputResponses, requestState }).catch(() => NO_ANSWER),
      ),
  )
  const won = answers.filter((each) => textOf(each) === `${order} true`).length
  const unknown = answers.filter(({ status }) => status === 0 || status >= 500).length
  once.push({ what: 'answer', from, won, asked: answers.length, unknown })
  return won === 1 ? 200 : (answers.find(({ status }) => status >= 500 || status === 0)?.status ?? 200)
}

const work: Perform = async (desk, { tasks, wrong }, { workers: [worker, other], person, chance }, number) => {
  const order = `order ${number}`
  const from = Date.now()
  const { status, result } = await call(desk, worker, person, 'work', { ms: Math.round(chance * 3_000), order })
  if (typeof result?.['taskId'] !== 'string') return status === 200 ? 0 : status
  const task: Journal['tasks'][number] = { person, id: result['taskId'], order, from }
  tasks.push(task)
  for (let look = 0; look < 200; look++) {
    await pause(500)
    const seen = await send(desk, other, person, 'tasks/get', { taskId: task.id }).catch(() => NO_ANSWER)
    const found = endOf(seen)
    if (found === undefined) continue
    task.end = { ...found, at: Date.now() }
    return 200
  }
  wrong.push(`The task ${task.id} of ${person} never ended.`)
  return 0
}

/** How a task ended; nothing while it goes on, or is not found out. */
export function endOf({ result }: Answer): { readonly status: string; readonly text: string | undefined } | undefined {
  const { status, result: inner } = (result ?? {}) as { readonly status?: string; readonly result?: Answer['result'] }
  if (status === undefined || status === 'working') return undefined
  return { status, text: textOf({ status: 200, result: inner }) }
}

const account: Perform = async (desk, { wrong, links }, { workers, person }, number) => {
  const from = Date.now()
  const linked = await call(desk, workers[0], person, 'link', { order: `${number}` })
  if (linked.status !== 200 || linked.result?.['isError'] === true) return linked.status === 200 ? 500 : linked.status
  const spent = await Promise.all(
    [workers[0], workers[1], workers[0]].map((worker) => call(desk, worker, person, 'spend')),
  )
  links.set(`${person} ${number}`, { from, to: Date.now() })
  for (const answer of spent) {
    // Somebody else may have linked another account of the same person meanwhile.
    const isOwn = textOf(answer)?.startsWith(`${person} `) === true
    if (answer.status === 200 && answer.result?.['isError'] !== true && !isOwn)
      wrong.push(`${person} spent from an account that is not theirs, or none: ${textOf(answer)}.`)
  }
  return Math.max(...spent.map(({ status, result }) => (result?.['isError'] === true ? 500 : status)))
}

const session: Perform = async (desk, { wrong }, { workers: [worker, other], person, chance }) => {
  const opened = await openSession(desk, worker, person)
  if (opened.status !== 202) return opened.status
  const saying = { id: 1, method: 'tools/call', params: { name: 'hello' } }
  const statuses: number[] = []
  for (let calls = 0; calls < 1 + Math.floor(chance * 3); calls++) {
    const { status } = await sendInSession(desk, other, person, opened.session, saying)
    if (status === 404) wrong.push(`A session of ${person} was lost.`)
    statuses.push(status)
  }
  const { status } = await sendInSession(desk, worker, person, opened.session, undefined, 'DELETE')
  if (status === 200 && (await sendInSession(desk, other, person, opened.session, saying)).status === 200)
    wrong.push(`A session of ${person} went on after it was ended.`)
  return Math.max(status, ...statuses)
}

const REDEEMED = ({ access_token: token }: Tokens): boolean => token !== undefined
const isUnknown = ({ error = '' }: Tokens): boolean =>
  error.startsWith('HTTP') || error === 'server_error' || error === 'lost'
const lost = (): Tokens => ({ error: 'lost' })

const signInAndStay: Perform = async (desk, { once, chains }, { workers, person, isDoubled }) => {
  let code: IssuedCode
  try {
    code = await signIn(desk, workers[0], person)
  } catch (error) {
    return Number(/HTTP (\d+)/.exec(String(error))?.[1] ?? 0)
  }
  const from = Date.now()
  const answers = await Promise.all(
    workers.slice(isDoubled ? 0 : 1).map((worker) => redeem(desk, worker, code).catch(lost)),
  )
  const unknown = answers.filter(isUnknown).length
  once.push({ what: 'code', from, won: answers.filter(REDEEMED).length, asked: answers.length, unknown })
  const token = answers.find(REDEEMED)?.refresh_token
  if (token === undefined) return unknown > 0 ? 503 : 200
  // A code that is used twice ends its grant.
  if (isDoubled) return 200
  const chain = { clientId: code.clientId, token }
  chains.push(chain)
  await refreshChain(desk, chain, workers[0])
  return 200
}

/** Uses a refresh token, again if nobody knows whether that counted. */
export async function refreshChain(
  desk: Desk,
  chain: Journal['chains'][number],
  worker: Operation['workers'][0],
): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const answer = await refresh(desk, worker, chain.clientId, chain.token).catch(lost)
    if (answer.refresh_token !== undefined) {
      chain.token = answer.refresh_token
      return true
    }
    if (!isUnknown(answer) && answer.error !== 'temporarily_unavailable') return false
    await pause(500)
  }
  return false
}

const BY_KIND: Readonly<Record<Operation['kind'], Perform>> = {
  hello,
  counted,
  tell,
  confirm,
  work,
  account,
  session,
  'sign-in': signInAndStay,
}
