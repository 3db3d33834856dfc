import { call, frame, headersOf, type Dialect } from '../../wire/dialect.ts'
import type { Dial } from '../contract.ts'

const dialect: Dialect = { revision: '2026-07-28', session: false }

/** What nobody can do without: a message made, `fetch`, the answer parsed. */
export const dial: Dial = async (url) => {
  let id = 0
  return async (text) => {
    const question = call('echo', { text })
    const body = frame(dialect, question).join(String(++id))
    const response = await fetch(url, { method: 'POST', headers: headersOf(dialect, question), body })
    const answer = JSON.parse(await response.text()) as { readonly result: { readonly content: unknown } }
    return answer.result.content
  }
}
