import { bad, type Check, type Finding, good, note } from '../check.ts'
import { namedMetadata } from '../find-metadata.ts'
import { ask, describeAnswer, isPage } from '../messages.ts'
import type { Answer } from '../probe.ts'

/** The challenge is all from which clients learn that and where somebody has to sign in. (RFC 9728 §5.1, RFC 6750 §3) */
export const challenge: Check = {
  id: 'challenge',
  title: '401 challenge',
  look: async (visit) => {
    const first = await visit.first()
    if (first.status !== 401) return judgeOpen(first, (await visit.metadata()).chosen !== undefined)
    const request = ask('server/discover')
    // Nobody's token: it is made up, so that no secret is shown to anybody.
    const headers = { ...request.headers, authorization: 'Bearer not-a-token-of-anybody' }
    const findings = [judgeChallenge(first), judgeRefusal(await visit.send({ ...request, headers }))]
    const wrong = findings.filter((finding) => finding !== undefined)
    return wrong.length > 0 ? wrong : good('Bearer, and where to sign in')
  },
}

function judgeOpen(first: Answer, hasMetadata: boolean): Finding {
  const { status } = first
  const asksOtherwise = status === 403 || (status >= 300 && status < 400) || (status === 200 && isPage(first))
  if (hasMetadata && asksOtherwise) {
    return bad(
      `${describeAnswer(first)} without a token, instead of 401`,
      'Clients begin to sign in when they see HTTP 401, and nothing else.',
      'Answer a request without a token with 401 and WWW-Authenticate: Bearer resource_metadata="…".',
    )
  }
  if (hasMetadata) return good('strangers may ask what the server is; who signs in may more')
  return status < 400
    ? good('none: nobody has to sign in')
    : { verdict: 'skipped', found: `none: HTTP ${status} is about something else` }
}

function judgeChallenge(first: Answer): Finding | undefined {
  const header = first.headers.get('www-authenticate')
  if (header === null) {
    return bad(
      '401 without WWW-Authenticate',
      'Clients are not told where to sign in. Some guess, and others give up. A proxy may have taken the header away.',
      'Send WWW-Authenticate: Bearer resource_metadata="https://…/.well-known/oauth-protected-resource/…".',
    )
  }
  if (!/(?:^|,)\s*(?:bearer|dpop)\b/i.test(header.slice(0, 8192))) {
    return bad(
      `401 with ${header.split(' ')[0] ?? ''}`,
      'Clients sign in for Bearer tokens only.',
      'Challenge with Bearer, and take access tokens.',
    )
  }
  return namedMetadata(first) === undefined
    ? note(
        'Bearer, without resource_metadata',
        'Clients have to guess where the metadata is.',
        'Add resource_metadata="https://…" to the challenge. (RFC 9728 §5.1)',
      )
    : undefined
}

const judgeRefusal = ({ status, headers }: Answer): Finding | undefined =>
  status === 401 && /invalid_token/.test(headers.get('www-authenticate') ?? '')
    ? undefined
    : status === 401
      ? note(
          'a bad token is refused without error="invalid_token"',
          'Clients with a token that has ended cannot tell why, and some do not refresh it.',
          'Add error="invalid_token" to the challenge when there was a token. (RFC 6750 §3.1)',
        )
      : bad(
          `HTTP ${status} for a bad token, instead of 401`,
          'Clients whose token has ended do not refresh it, and fail until somebody signs in anew.',
          'Answer every token that is not good with 401. (RFC 6750 §3.1)',
        )
