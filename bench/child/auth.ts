import type { Guard } from '../contenders/contract.ts'
import { cpuPerOperation } from '../measure/cpu.ts'
import { answerWithValues } from '../measure/values.ts'
import type { AccessTokens } from '../tools/access-tokens.ts'
import { checkEcho, parseAnswer } from '../wire/answer.ts'
import { call, frame, headersOf, type Dialect } from '../wire/dialect.ts'
import type { Fetch } from '../wire/post.ts'

/** What the runner sends once. */
export interface AuthTask extends AccessTokens {
  readonly module: string
  readonly dialect: Dialect
  /** CPU time to spend before and while a figure is taken, in ms. */
  readonly warmMs: number
  readonly runMs: number
}

const question = call('echo', { text: 'hello' })

const run = async ({ module, dialect, issuer, tokens, warmMs, runMs }: AuthTask) => {
  const { guard }: { guard: Guard } = await import(module)
  const { open, guarded } = guard(issuer)
  const [head, tail] = frame(dialect, question)
  let id = 100_000_000
  const send = (fetch: Fetch, token?: string) => {
    id += 1
    const headers = headersOf(dialect, question)
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`
    return fetch(new Request(issuer.resource, { method: 'POST', headers, body: head + id + tail }))
  }
  const asker = (fetch: Fetch, pool: readonly (string | undefined)[]) => {
    let turn = 0
    return async () => {
      turn = (turn + 1) % pool.length
      return (await send(fetch, pool[turn])).text()
    }
  }
  const [known, other] = tokens.ES256
  if (known === undefined || other === undefined) throw new Error('there are no tokens')

  // A signature of another token, and none at all, must both be refused before anything is timed.
  const forged = known.slice(0, known.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
  for (const token of [forged, undefined]) {
    const { status } = await Promise.resolve(send(guarded, token)).catch(() => ({ status: 401 }))
    if (status !== 401) throw new Error(`expected 401 without a good token, came ${status}`)
  }
  const values: Record<string, number> = {}
  for (const [name, fetch, pool] of [
    ['open', open, [undefined]],
    ['known', guarded, [known]],
    ['ES256', guarded, tokens.ES256],
    ['RS256', guarded, tokens.RS256],
  ] as const) {
    const operation = asker(fetch, pool)
    checkEcho(parseAnswer(await operation()), 'hello')
    await cpuPerOperation(operation, 1, warmMs)
    values[name] = await cpuPerOperation(operation, 1, runMs)
  }
  return values
}

answerWithValues(run)
