import { isObject } from '../../protocol/index.ts'
import { own } from './json.ts'
import { type Challenge, chooseChallenge, readChallenges } from './read-challenges.ts'
import { covers } from './choose-scopes.ts'
import type { Need, Session, Source } from './session.ts'
import { SignInError } from './sign-in-error.ts'
import type { Tokens } from './tokens.ts'

/** A request on its way out, as far as it is looked at here. */
export interface Outgoing {
  readonly method: string
  /** Names are lower-case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Stops the time of the caller while a person is asked; what it returns lets the time go on. */
  readonly hold?: (() => () => void) | undefined
}

/** What comes back, as far as it is looked at here. */
export interface Answer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: { readonly locked: boolean; cancel(): Promise<void> } | null
}

/** Sends one request. */
export type SendRequest<Request extends Outgoing, Reply extends Answer> = (
  url: string,
  request: Request,
) => Promise<Reply>

/** How often one request is sent: without a token, with one, with more scopes, with a nonce. */
const MOST = 5

/**
 * Sends with the tokens of a session, and once more after each refusal that the session can settle. A refused request has not
 * been run, so that sending it again is safe.
 */
export function authorizeSend<Request extends Outgoing, Reply extends Answer>(
  send: SendRequest<Request, Reply>,
  session: Session,
): SendRequest<Request, Reply> {
  return async (url, request) => {
    // Credentials of the caller's own go first; and those for one place go to no other.
    if (request.headers['authorization'] !== undefined || new URL(url).origin !== session.server.origin)
      return send(url, request)
    const tried: Tried = { nonces: 0, last: undefined }
    for (let attempt = 1; ; attempt++) {
      const tokens = await session.tokens()
      const proof = tokens === undefined ? {} : await session.headers(tokens, request.method, url)
      const answer = await send(url, { ...request, headers: { ...request.headers, ...proof } })
      const nonce = tokens?.scheme === 'DPoP' ? answer.headers.get('dpop-nonce') : null
      if (nonce !== null) await session.keepNonce(tokens!, nonce, url)
      if (attempt >= MOST || !(await settle(session, request, answer, tokens, tried))) return answer
      if (answer.body?.locked === false) answer.body.cancel().catch(() => {})
    }
  }
}

interface Tried {
  nonces: number
  /** How the latest tokens were come by. */
  last: Source | undefined
}

/** Whether it is worth sending the request once more. */
async function settle(
  session: Session,
  request: Outgoing,
  { status, headers }: Answer,
  used: Tokens | undefined,
  tried: Tried,
): Promise<boolean> {
  if (status !== 401 && status !== 403) return false
  const header = headers.get('www-authenticate')
  const challenges = await readChallenges(header)
  const isBound = used === undefined ? session.usesDpop : used.scheme === 'DPoP'
  const challenge = chooseChallenge(challenges, isBound)
  if (status === 403) return stepUp(session, request, challenge, used)
  // A server that wants something else than tokens.
  if (header !== null && challenge === undefined) return false
  if (isBound && challenge?.error === 'use_dpop_nonce') return tried.nonces++ === 0
  const needsBinding = challenge?.scheme === 'dpop' && !isBound
  if (needsBinding && !session.usesDpop)
    throw new SignInError('needs_dpop', `${session.server.host} takes only tokens that are bound to a key.`)
  // What was just given by the issuer is not refused for its age, and the next one would not be either.
  if (tried.last === 'granted') return false
  const mayRefresh = tried.last !== 'refreshed' && !needsBinding
  tried.last = await renew(session, request, { instead: used, challenge, mayRefresh })
  return true
}

async function stepUp(
  session: Session,
  request: Outgoing,
  challenge: Challenge | undefined,
  used: Tokens | undefined,
): Promise<boolean> {
  if (challenge?.error !== 'insufficient_scope' || challenge.scopes.length === 0 || used === undefined) return false
  // It has what it is said to lack, so that asking for it again changes nothing.
  if (covers(used.scopes, challenge.scopes)) return false
  const operation = describeOperation(request.body)
  await renew(session, request, { instead: used, challenge, mayRefresh: false, operation })
  return true
}

async function renew(session: Session, { hold }: Outgoing, need: Need): Promise<Source> {
  const release = hold?.()
  try {
    return await session.renew(need)
  } finally {
    release?.()
  }
}

/** The method of a message, and what it is about. */
function describeOperation(body: string | undefined): string {
  const message: unknown = JSON.parse(body ?? '{}')
  if (!isObject(message)) return 'unknown'
  const params = own(message, 'params')
  const about = isObject(params) ? (own(params, 'name') ?? own(params, 'uri')) : undefined
  return (
    [own(message, 'method'), about]
      .filter((each) => typeof each === 'string')
      .join(' ')
      .slice(0, 300) || 'unknown'
  )
}
