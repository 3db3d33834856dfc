import { isObject } from '../protocol/index.ts'
import { refuse } from './bearer.ts'
import type { Claims } from './claims.ts'
import { checkUrl, type Fetch, fetchJson } from './fetch-json.ts'
import { readIssuer } from './issuer-metadata.ts'
import { createKept, PAUSE_MS, unavailable } from './kept.ts'

/** How this server asks an issuer about tokens. */
export interface IntrospectionOptions {
  readonly issuer: string
  /** Who this server is to the issuer. */
  readonly clientId: string
  readonly clientSecret: string
  /** Where to ask; what the metadata of the issuer says when left out. */
  readonly endpoint?: string | undefined
  /** Milliseconds that a good answer counts; 30 000 at most, and by default. */
  readonly keepMs?: number | undefined
  /** As `fetch` of the platform, which it is when left out. */
  readonly fetch?: Fetch | undefined
}

/** Asks the issuer whether a token holds. Made by `introspection({ … })`. */
export interface TokenCheck {
  readonly issuer: string
  readonly keepMs: number
  /** @throws AuthorizationError `invalid_token` when it does not; ProtocolError `unavailable` when there is no answer. */
  readonly ask: (token: string) => Promise<Claims>
}

const LONGEST_MS = 30_000
const DAY_MS = 86_400_000

/**
 * Has tokens checked by their issuer, for those that say nothing by themselves, and for scopes that are `live`. (RFC 7662)
 *
 * @throws TypeError when the issuer or the endpoint is no https URL; RangeError when `keepMs` is more than half a minute.
 * @example
 * const tokens = introspection({ issuer: 'https://login.example.com', clientId: 'notes', clientSecret: env.SECRET })
 */
export function introspection(options: IntrospectionOptions): TokenCheck {
  const { issuer, endpoint, keepMs = LONGEST_MS, fetch = globalThis.fetch } = options
  checkUrl('issuer', issuer)
  if (endpoint !== undefined) checkUrl('endpoint', endpoint)
  if (!(keepMs >= 0 && keepMs <= LONGEST_MS)) {
    throw new RangeError(`introspection({ keepMs }) takes 0 to ${LONGEST_MS} milliseconds; it got ${keepMs}.`)
  }
  const authorization = basic(options.clientId, options.clientSecret)
  const discover = createKept(async () => {
    const { introspectionEndpoint } = await readIssuer(fetch, issuer)
    if (introspectionEndpoint !== undefined) return introspectionEndpoint
    throw new Error(`The issuer ${issuer} names no introspection endpoint. Give one with \`endpoint\`.`)
  }, DAY_MS)
  let failed: { readonly error: Error; readonly until: number } | undefined

  return {
    issuer,
    keepMs,
    ask: async (token) => {
      const url = endpoint ?? (await discover())
      if (failed !== undefined && Date.now() < failed.until) throw failed.error
      let answer: Readonly<Record<string, unknown>>
      try {
        answer = readAnswer(
          url,
          await fetchJson(fetch, url, {
            method: 'POST',
            headers: {
              accept: 'application/json',
              authorization,
              'content-type': 'application/x-www-form-urlencoded',
            },
            body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
          }),
        )
      } catch (cause) {
        failed = { error: unavailable(cause), until: Date.now() + PAUSE_MS }
        throw failed.error
      }
      if (answer['active'] !== true) throw refuse('invalid')
      // Only what is there is compared: the answer comes from the issuer itself. (RFC 7662 §2.2)
      return { iss: issuer, ...answer }
    },
  }
}

function readAnswer(url: string, answer: unknown): Readonly<Record<string, unknown>> {
  if (isObject(answer) && typeof answer['active'] === 'boolean') return answer
  throw new Error(`${url} did not say whether the token is active.`)
}

/** Both parts are encoded as in a form. (RFC 6749 §2.3.1) */
function basic(id: string, secret: string): string {
  const encode = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+')
  return `Basic ${btoa(`${encode(id)}:${encode(secret)}`)}`
}
