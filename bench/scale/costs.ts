import { call, request, send } from './caller.ts'
import { openSession, sendInSession } from './old-caller.ts'
import { type IssuedCode, redeem, refresh, register, signIn } from './signing-in.ts'
import { type Cost, priceOf } from './prices.ts'
import type { Counted, Desk } from './start-desk.ts'

export type Operation =
  | 'call'
  | 'limited call'
  | 'refused call'
  | 'change told'
  | 'listener'
  | 'answer that counts once'
  | 'task'
  | 'look at a task'
  | 'credentials read'
  | 'credentials renewed'
  | 'session'
  | 'call in a session'
  | 'sign-in'
  | 'refresh'
  | 'registration'

const ADA = 'acme/ada'
/** Times that each is measured. The least counts: what an instance does once a minute is not of the operation. */
const ROUNDS = 2
/** Attempts until an operation meets no object that is new. */
const ATTEMPTS = 200

const costOf = ({ accounts }: Counted, requests: number): Cost & { readonly starts: number } => {
  const sum = { requests, objectRequests: 0, messages: 0, rowsWritten: 0, rowsRead: 0, starts: 0 }
  for (const account of accounts.values()) {
    sum.objectRequests += account.requests + account.alarms
    sum.messages += account.messages
    sum.rowsWritten += account.rowsWritten
    sum.rowsRead += account.rowsRead
    sum.starts += account.starts
  }
  return sum
}

/** Measures every operation in the real runtime. The same each time: rows and requests are counted, not estimated. */
export async function measureCosts(desk: Desk): Promise<Readonly<Record<Operation, Cost>>> {
  let asked = 0
  const counting: Desk = {
    ...desk,
    ask: (...given) => {
      asked++
      return desk.ask(...given)
    },
  }
  /** @param isNew The objects of the operation are always new ones. */
  const measure = async (run: () => Promise<unknown>, isNew = false): Promise<Cost> => {
    const found: Cost[] = []
    for (let attempt = 0; attempt < ATTEMPTS && found.length < ROUNDS; attempt++) {
      await desk.counted()
      asked = 0
      await run()
      const { starts, ...cost } = costOf(await desk.counted(), asked)
      if (starts === 0 || isNew) found.push(cost)
    }
    const [least] = found.toSorted((one, other) => priceOf(one) - priceOf(other))
    if (least === undefined) throw new Error(`An operation met a new object ${ATTEMPTS} times.`)
    return least
  }
  const use = async (tool: string, args: object = {}, more: object = {}) => {
    const answer = await call(counting, 'two', ADA, tool, args, more)
    if (answer.status !== 200) throw new Error(`${tool}: HTTP ${answer.status}`)
    return answer
  }

  const work = { ms: 20, order: 'x' }
  /** Milliseconds after which a task has ended for certain, so that nobody has to look at it. */
  const ENDED = 500

  let taskId = ''
  const task = await measure(async () => {
    const { result } = await use('work', work)
    taskId = String(result?.['taskId'])
    await new Promise((resolve) => setTimeout(resolve, ENDED))
  })
  const look = await measure(() => send(counting, 'two', ADA, 'tasks/get', { taskId }))
  const session = await measure(async () => {
    const { session: id } = await openSession(counting, 'two', ADA)
    await sendInSession(counting, 'two', ADA, id, undefined, 'DELETE')
  }, true)
  const { session: open } = await openSession(desk, 'two', ADA)
  const hello = { id: 1, method: 'tools/call', params: { name: 'hello' } }

  return {
    call: await measure(() => use('hello')),
    'limited call': await measure(() => use('counted')),
    'refused call': await measure(async () => {
      for (let calls = 0; calls < 100; calls++) if ((await call(desk, 'two', ADA, 'counted')).status === 429) break
      await desk.counted()
      asked = 0
      await call(counting, 'two', ADA, 'counted')
    }),
    'change told': await measure(() => use('tell', { uri: 'desk://1' })),
    listener: await measure(() => listen(counting)),
    'answer that counts once': await measure(async () => {
      const { result } = await call(desk, 'two', ADA, 'confirm', { order: 'x' })
      const { inputRequests, requestState } = result as { inputRequests: object; requestState: string }
      const answer = { action: 'accept', content: { sure: true } }
      const inputResponses = Object.fromEntries(Object.keys(inputRequests).map((key) => [key, answer]))
      await use('confirm', { order: 'x' }, { inputResponses, requestState })
    }),
    task,
    'look at a task': look,
    'credentials read': await measure(async () => {
      await call(desk, 'two', ADA, 'link', { order: 'x' })
      await call(desk, 'two', ADA, 'spend')
      await desk.counted()
      await use('spend')
    }),
    'credentials renewed': await measure(async () => {
      await call(desk, 'two', ADA, 'link', { order: 'x' })
      await desk.counted()
      await use('spend')
    }),
    session,
    'call in a session': await measure(() => sendInSession(counting, 'two', ADA, open, hello)),
    ...(await measureSignIn(desk, counting, measure)),
  }
}

async function measureSignIn(
  desk: Desk,
  counting: Desk,
  measure: (run: () => Promise<unknown>, isNew?: boolean) => Promise<Cost>,
) {
  let signedIn: IssuedCode = { code: '', verifier: '', clientId: '' }
  let token = ''
  const clientId = await register(desk, 'two', ADA)
  return {
    'sign-in': await measure(async () => {
      signedIn = await signIn(counting, 'two', ADA, clientId)
      token = (await redeem(counting, 'two', signedIn)).refresh_token ?? ''
    }),
    refresh: await measure(async () => {
      token = (await refresh(counting, 'two', clientId, token)).refresh_token ?? ''
    }),
    registration: await measure(() => register(counting, 'two', ADA)),
  }
}

/** Listens to the list of tools and to a resource until it is heard. */
async function listen(desk: Desk): Promise<void> {
  const leaving = new AbortController()
  const notifications = { toolsListChanged: true, resourceSubscriptions: ['desk://1'] }
  const response = await request(desk, 'two', ADA, 'subscriptions/listen', { notifications }, leaving.signal)
  const reader = response.body?.getReader()
  await reader?.read()
  leaving.abort()
}
