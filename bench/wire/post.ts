import { checkEcho, checkRefusal, parseAnswer, type Answer } from './answer.ts'
import { call, frame, headersOf, initialize, type Dialect, type Question } from './dialect.ts'

/** A library's own fetch handler, or `fetch` itself. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** A server reached by web requests: in this process or over a socket. */
export interface Target {
  readonly fetch: Fetch
  readonly url: string
  readonly dialect: Dialect
}

const send = (target: Target, question: Question, session?: string) => {
  const body = frame(target.dialect, question).join('1')
  const headers = headersOf(target.dialect, question, session)
  return target.fetch(new Request(target.url, { method: 'POST', headers, body }))
}

/** Asks once and reads the answer. */
export const ask = async (target: Target, question: Question, session?: string): Promise<Answer> => {
  const response = await send(target, question, session)
  return parseAnswer(await response.text())
}

/** Opens the session that a dialect needs; undefined where there is none. */
export const openSession = async (target: Target): Promise<string | undefined> => {
  const { dialect, fetch, url } = target
  if (!dialect.session) return undefined
  const question = initialize(dialect)
  const response = await send(target, question)
  await response.text()
  const session = response.headers.get('mcp-session-id')
  if (session === null) throw new Error(`expected a session id, came HTTP ${response.status}`)
  const headers = { ...headersOf(dialect, question, session), 'mcp-protocol-version': dialect.revision }
  const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
  const accepted = await fetch(new Request(url, { method: 'POST', headers, body }))
  await accepted.text()
  return session
}

/** Throws unless `echo` echoes, and refuses arguments that its schema forbids. */
export const probeEcho = async (target: Target, session?: string): Promise<void> => {
  const text = 'knots "and" bends\n'
  checkEcho(await ask(target, call('echo', { text }), session), text)
  checkRefusal(await ask(target, call('echo', { text: 1 }), session))
}
