import { checkAddress, createGuardedFetch, reachOf, type Surroundings } from 'hawser/node/sign-in'

/** A request as it is sent, with nothing added but a user agent. */
export interface Probe {
  readonly method?: string
  /** Names are lower-case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Reading ends when this is true of what has come. */
  readonly until?: (text: string) => boolean
  /** Ends it from outside. */
  readonly signal?: AbortSignal
  /** Milliseconds for all of it; 15 000 when left out. */
  readonly patience?: number
}

/** An answer, read to its end or to its bound. */
export interface Answer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly text: string
  /** Milliseconds from the request to the head of the answer, a new connection included. */
  readonly ms: number
  /** Milliseconds by which the clock there is ahead of the one here, to the second; absent where it tells no time. */
  readonly ahead: number | undefined
}

/** What of an answer is used: a `Response` has it. */
export type Sent = Pick<Response, 'status' | 'headers' | 'body'>
export type Send = (
  url: string,
  request: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string | undefined
    readonly signal?: AbortSignal | undefined
  },
) => Promise<Sent>

/** Bytes of one answer: what is longer is not read on. */
const MAX_BYTES = 1024 * 1024
const PATIENCE = 15_000

const guardedFetch = createGuardedFetch()

/** Sends to the server, which the person has named, so that it may be anywhere. Redirects are answers like others. */
export const sendToServer: Send = (url, { method, headers, body, signal }) =>
  guardedFetch(
    url,
    { method, headers, body, redirect: 'manual', signal: signal ?? AbortSignal.timeout(PATIENCE) },
    'any',
  )

/**
 * Sends one request and reads what comes back, within bounds.
 *
 * @throws whatever the connection fails with.
 */
export async function probe(url: URL, request: Probe, send: Send = sendToServer): Promise<Answer> {
  const { method = 'POST', headers = {}, body, until, patience = PATIENCE } = request
  const signal = AbortSignal.any([AbortSignal.timeout(patience), ...(request.signal ? [request.signal] : [])])
  const began = performance.now()
  const response = await send(url.href, { method, headers, body, signal })
  const ms = performance.now() - began
  const ahead = compareClocks(response.headers.get('date'))
  const { status, headers: told } = response
  return { status, headers: told, text: await read(response.body, until), ms, ahead }
}

/** A date is cut to the second that it is in. (RFC 9110 §6.6.1) */
function compareClocks(date: string | null): number | undefined {
  const there = Date.parse(date ?? '')
  return Number.isNaN(there) ? undefined : there + 500 - Date.now()
}

/**
 * Reads a document that the server or its issuer named: where those may be is judged as for signing in.
 *
 * @throws SignInError `forbidden_address` for where nobody should be sent.
 */
export async function probeNamed(address: string, what: string, surroundings: Surroundings): Promise<Answer> {
  const url = checkAddress(address, what, surroundings)
  const reach = reachOf(url, surroundings)
  return probe(url, { method: 'GET', headers: { accept: 'application/json' } }, (to, { method, headers, signal }) =>
    guardedFetch(to, { method, headers, redirect: 'manual', signal: signal ?? AbortSignal.timeout(PATIENCE) }, reach),
  )
}

async function read(body: Sent['body'], until: Probe['until']): Promise<string> {
  const reader = body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for (;;) {
    const { value } = await reader.read()
    if (value === undefined) return text + decoder.decode()
    length += value.byteLength
    text += decoder.decode(value, { stream: true })
    if (length <= MAX_BYTES && until?.(text) !== true) continue
    reader.cancel().catch(() => {})
    return text
  }
}
