import { bad, type Check, type Finding, good, note, skipped } from '../check.ts'
import type { FoundIssuer } from '../find-issuer.ts'
import type { Json } from '../messages.ts'

/** What clients need to know of whoever issues tokens. (RFC 8414, OpenID Connect Discovery) */
export const issuer: Check = {
  id: 'issuer',
  title: 'Issuer metadata',
  look: async (visit) => {
    const { chosen } = await visit.metadata()
    if (chosen === undefined) return skipped('no metadata names an issuer')
    const issuers = await visit.issuers()
    if (issuers.length === 0) {
      return bad(
        'the metadata names no authorization_servers',
        'Clients do not know where to sign in.',
        'Name the issuer of your tokens. (RFC 9728 §2)',
      )
    }
    return issuers.flatMap(judge)
  },
}

function judge({ issuer: named, place }: FoundIssuer): readonly Finding[] {
  const { document, status, problem } = place
  if (document === undefined) {
    return [
      bad(
        `${named} publishes none: ${problem ?? `HTTP ${status}`}`,
        'Clients cannot find the pages and endpoints for signing in.',
        'Serve /.well-known/oauth-authorization-server, or openid-configuration, and let everybody read it. (RFC 8414 §3)',
      ),
    ]
  }
  const wrong = [...judgeName(named, document), ...judgeEndpoints(document), ...judgePromises(document)]
  return wrong.length > 0 ? wrong : [good(`${named}, S256 and iss`)]
}

function judgeName(named: string, { issuer: own }: Json): readonly Finding[] {
  return own === named
    ? []
    : [
        bad(
          `${named} says that it is ${typeof own === 'string' ? own : 'nobody'}`,
          'The two must be identical, letter by letter, or clients stop. A slash at the end counts. (RFC 8414 §3.3)',
          'Write the issuer the same way in both places.',
        ),
      ]
}

function judgeEndpoints(document: Json): readonly Finding[] {
  const missing = ['authorization_endpoint', 'token_endpoint'].filter((name) => typeof document[name] !== 'string')
  return missing.length === 0
    ? []
    : [bad(`without ${missing.join(' and ')}`, 'Clients cannot sign anybody in.', 'Publish them. (RFC 8414 §2)')]
}

function judgePromises(document: Json): readonly Finding[] {
  const methods = document['code_challenge_methods_supported']
  return [
    ...(Array.isArray(methods) && methods.includes('S256')
      ? []
      : [
          bad(
            'without code_challenge_methods_supported: ["S256"]',
            'Clients must not sign in where PKCE is not promised. (basic/authorization)',
            'Support PKCE with S256, and say so in the metadata.',
          ),
        ]),
    ...(document['authorization_response_iss_parameter_supported'] === true
      ? []
      : [
          note(
            'without iss in its answers',
            'Clients that use several issuers cannot tell who answered, and may send a code to the wrong one. (RFC 9207)',
            'Add iss to authorization responses, and authorization_response_iss_parameter_supported: true.',
          ),
        ]),
  ]
}
