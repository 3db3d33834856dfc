import { bad, type Check, type Finding, good, note } from '../check.ts'
import { ask } from '../messages.ts'
import type { Answer } from '../probe.ts'

/** A host that runs in a web page; the name is nobody's. (RFC 2606 §2) */
const PAGE = 'https://inspector.invalid'
const NEEDED = ['content-type', 'authorization', 'mcp-protocol-version', 'mcp-method', 'mcp-name']

/** Hosts that are web pages ask first whether they may call. (Fetch Standard, CORS protocol) */
export const cors: Check = {
  id: 'cors',
  title: 'Web pages (CORS)',
  look: async (visit) => {
    const headers = {
      origin: PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': NEEDED.join(','),
    }
    const asked = await visit.send({ method: 'OPTIONS', headers })
    const origin = asked.headers.get('access-control-allow-origin')
    if (asked.status >= 300 || origin === null)
      return good('hosts in web pages may not call, unless their Origin is allowed')
    if (origin !== '*' && origin !== PAGE) return good(`only pages of ${origin} may call`)
    const request = ask('server/discover')
    const answer = await visit.send({ ...request, headers: { ...request.headers, origin: PAGE } })
    return judge(asked, answer) ?? good('hosts in web pages may call')
  },
}

function judge(asked: Answer, answer: Answer): Finding | undefined {
  if (answer.status === 403 || answer.headers.get('access-control-allow-origin') === null) {
    return bad(
      `the pre-flight allows what the call does not (HTTP ${answer.status})`,
      'The answer to OPTIONS and the Origin check of the server know nothing of each other.',
      'Allow the same origins in both places, or in none.',
    )
  }
  const allowed = listOf(asked.headers.get('access-control-allow-headers'))
  // "*" does not cover Authorization.
  const missing = NEEDED.filter(
    (name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')),
  )
  if (missing.length > 0) {
    return note(
      `pages may not send ${missing.join(', ')}`,
      'Browsers drop the call before it is sent.',
      `Add to Access-Control-Allow-Headers: ${missing.join(', ')}`,
    )
  }
  const exposed = listOf(answer.headers.get('access-control-expose-headers'))
  if (answer.status !== 401 || exposed.includes('*') || exposed.includes('www-authenticate')) return undefined
  return note(
    'pages cannot read WWW-Authenticate',
    'A host in a web page is not told where to sign in.',
    'Add Access-Control-Expose-Headers: WWW-Authenticate, Mcp-Session-Id',
  )
}

const listOf = (header: string | null): readonly string[] =>
  (header ?? '').split(',').map((name) => name.trim().toLowerCase())
