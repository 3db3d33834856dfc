import { bad, type Finding } from './check.ts'

/** What a connection fails with, by the code of the error, and what to do about it. */
const REASONS: ReadonlyMap<string, readonly [found: string, cause: string, fix: string]> = new Map([
  [
    'ENOTFOUND',
    [
      'the name is not known',
      'There is no DNS record for it.',
      'Check the spelling, or add the record; new ones take minutes.',
    ],
  ],
  [
    'EAI_AGAIN',
    [
      'the name cannot be looked up',
      'The resolver of this machine does not answer.',
      'Try again, or from another network.',
    ],
  ],
  [
    'ECONNREFUSED',
    ['the connection is refused', 'Nothing listens at that port.', 'Start the server, and check the port.'],
  ],
  [
    'ECONNRESET',
    [
      'the connection is cut',
      'Something on the way, or the server, closed it.',
      'See what the log of the server says.',
    ],
  ],
  [
    'CERT_HAS_EXPIRED',
    ['the certificate has ended', 'Clients refuse to connect.', 'Renew it, and let that happen by itself.'],
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    [
      'the certificate is for another name',
      'Clients refuse to connect.',
      'Get one for this name; on Cloudflare, one level below the zone is covered.',
    ],
  ],
])

const UNTRUSTED = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/

/** Puts an error of the network into words. Its own may hold what a stranger sent. */
export function describeFailure(error: unknown, { protocol, href }: URL): Finding {
  const code = codeOf(error)
  const known = REASONS.get(code)
  if (known !== undefined) return bad(...known)
  if (UNTRUSTED.test(code)) {
    return bad(
      `the certificate is not trusted (${code})`,
      'It is self-signed, or the chain of certificates is not complete.',
      'Serve the whole chain of a public authority. Your own can be trusted with NODE_EXTRA_CA_CERTS.',
    )
  }
  if (error instanceof Error && error.name === 'SignInError') {
    return bad('nobody is signed in any more', error.message, `Sign in: hawser login ${href}`)
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return bad(
      'no answer within 15 s',
      'The server is stuck, or something on the way drops packets.',
      'See whether its log has the request.',
    )
  }
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return bad(
      'no TLS is spoken there',
      'The port is one for http.',
      `Use http, or the port for https (${protocol} was asked).`,
    )
  }
  return bad(
    `no answer${code === '' ? '' : ` (${code})`}`,
    error instanceof Error ? error.message.slice(0, 200) : 'The connection failed.',
    'See what the log of the server says.',
  )
}

function codeOf(error: unknown): string {
  let at = error
  for (let depth = 0; at instanceof Error && depth < 8; depth++) {
    if ('code' in at && typeof at.code === 'string' && at.code !== 'ABORT_ERR') return at.code
    at = at instanceof AggregateError && at.errors.length > 0 ? (at.errors as unknown[])[0] : at.cause
  }
  return ''
}
