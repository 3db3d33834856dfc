import type { ServiceAuth } from '../../call/index.ts'
import { formatChallenge } from '../../http/challenge.ts'
import { type HttpReply, JSON_HEADERS } from '../../http/message.ts'
import { ACCEPTED } from '../../http/refusals.ts'
import type { ProgressToken } from '../../protocol/index.ts'
import type { ParsedRequest } from '../../wire/json-rpc.ts'
import type { Answer, Channel } from './answer.ts'

/** The stream that a POST is answered with when one body is not enough. */
export interface Outlet {
  readonly reply: HttpReply
  readonly send: (json: string, key?: ProgressToken) => void
  /** Ends the stream, with a last message if there is one. */
  readonly end: (json?: string) => void
}

/** What every challenge says besides what is missing. */
export type Challenge = ServiceAuth['challenge']

export interface PostOptions {
  readonly isBatch: boolean
  readonly answer: (request: ParsedRequest, channel: Channel) => Promise<Answer | undefined>
  readonly open: () => Outlet
  /** Milliseconds after which the stream is opened although there is nothing to send yet. */
  readonly openAfterMs?: number | undefined
  readonly challenge: Challenge | undefined
}

/**
 * Answers the requests of one POST: with JSON when the answers are all there is to say, with a stream from the first other
 * message on. (2025-11-25 basic/transports#sending-messages-to-the-server)
 */
export function answerPost(
  requests: readonly ParsedRequest[],
  { isBatch, answer, open, openAfterMs, challenge }: PostOptions,
): Promise<HttpReply> {
  return new Promise((resolve) => {
    const answers: Answer[] = []
    let outlet: Outlet | undefined
    let left = requests.length

    const openOutlet = (): Outlet => {
      if (outlet === undefined) {
        outlet = open()
        resolve(outlet.reply)
        for (const { json } of answers) outlet.send(json)
      }
      return outlet
    }
    const timer = openAfterMs === undefined ? undefined : setTimeout(openOutlet, openAfterMs)

    const settle = (settled: Answer | undefined): void => {
      left--
      if (settled !== undefined && outlet === undefined) answers.push(settled)
      if (left > 0) {
        if (settled !== undefined) outlet?.send(settled.json)
        return
      }
      clearTimeout(timer)
      if (outlet === undefined) resolve(toReply(answers, isBatch, challenge))
      else outlet.end(settled?.json)
    }

    const send = (json: string, key?: ProgressToken): void => {
      if (left > 0) openOutlet().send(json, key)
    }
    const canChallenge = (): boolean => outlet === undefined && !isBatch
    for (const request of requests) void answer(request, { send, offer: send, canChallenge }).then(settle)
  })
}

function toReply(answers: readonly Answer[], isBatch: boolean, challenge: Challenge | undefined): HttpReply {
  const [first] = answers
  // Whatever was asked was cancelled.
  if (first === undefined) return ACCEPTED
  if (isBatch) return { status: 200, headers: JSON_HEADERS, body: `[${answers.map(({ json }) => json).join(',')}]` }
  return answerOne(first, challenge)
}

/** A body for one answer. */
export function answerOne({ json, refusal }: Answer, challenge: Challenge | undefined): HttpReply {
  // An error of JSON-RPC is an answer like another, and clients take 404 for the end of their session.
  if (refusal === undefined) return { status: 200, headers: JSON_HEADERS, body: json }
  const status = refusal.code === 'insufficient_scope' ? 403 : 401
  return { status, headers: { ...JSON_HEADERS, 'www-authenticate': formatChallenge(refusal, challenge) }, body: json }
}
