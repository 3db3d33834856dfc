import { bad, type Check, type Finding, good, note } from '../check.ts'
import { ask, describeAnswer, isPage, readReply } from '../messages.ts'
import type { Answer } from '../probe.ts'

/** What goes wrong has to arrive as the server said it: proxies replace it by pages, or compress it unasked. */
export const errors: Check = {
  id: 'errors',
  title: 'Error pages',
  look: async (visit) => {
    const request = ask('server/discover')
    const answer = await visit.sendAs({ ...request, body: '{ not JSON', until: () => false })
    return judgeEncoding(answer) ?? judgePage(answer) ?? good(`${describeAnswer(answer)}, as the server says it`)
  },
}

/** Asked for without an encoding; a client that takes none cannot read another. (RFC 9110 §12.5.3) */
function judgeEncoding({ headers, status }: Answer): Finding | undefined {
  const encoding = headers.get('content-encoding')
  if (encoding === null || encoding.toLowerCase() === 'identity') return undefined
  return bad(
    `HTTP ${status} in ${encoding.slice(0, 30)}, although identity was asked for`,
    'Clients that do not decompress see bytes instead of a message.',
    'Have the proxy heed Accept-Encoding.',
  )
}

function judgePage(answer: Answer): Finding | undefined {
  const { status, text, headers } = answer
  if (isPage(answer)) {
    return bad(
      describeAnswer(answer),
      'A proxy replaces errors of the server by pages of its own, so that clients cannot tell what went wrong.',
      'Let errors pass: proxy_intercept_errors off, and no custom error pages for this path.',
    )
  }
  if (status === 401 || readReply(text)?.error !== undefined) return undefined
  return note(
    `${describeAnswer(answer)} for what is no JSON`,
    status < 400 ? 'An error that looks like success confuses clients.' : 'Clients expect an error of JSON-RPC.',
    `Answer with HTTP 400 and a JSON-RPC error${headers.get('content-type') === null ? ', and say its Content-Type' : ''}.`,
  )
}
