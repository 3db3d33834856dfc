import { bad, type Check, type Finding, good, note, skipped } from '../check.ts'
import { isLoopback } from '../loopback.ts'
import { ask, isPage, readReply } from '../messages.ts'
import type { Answer } from '../probe.ts'
import type { Visit } from '../visit.ts'

/** A name that nobody can own. (RFC 2606 §2) */
const STRANGER = 'https://stranger.invalid'

/** Names and pages that a server answers to. (streamable-http#security--endpoint) */
export const source: Check = {
  id: 'source',
  title: 'Host and Origin',
  look: async (visit) => {
    const { url } = visit
    const first = await visit.first()
    // Its words are those of a server, and not of what stands in front of it.
    if (first.status === 403 && !isPage(first) && readReply(first.text)?.error !== undefined) {
      return {
        ...bad(
          `HTTP 403 for the name ${url.host}`,
          'The server does not know the name under which it is reached, so its guard against DNS rebinding refuses everybody.',
          `Add ${url.host} to allowedHosts, or make it the host of its resource, and deploy.`,
        ),
        shuts: 'all',
      }
    }
    // Who does not know the question refuses it after it has looked at who asks.
    if (first.status >= 402) return skipped(`HTTP ${first.status} to everybody`)
    const [stranger, own, host] = await Promise.all([
      askAs(visit, { origin: STRANGER }),
      askAs(visit, { origin: url.origin }),
      // As a page sends it whose name was made to point here.
      isLoopback(url)
        ? askAs(visit, { host: new URL(STRANGER).host, origin: STRANGER.replace('https:', 'http:') })
        : undefined,
    ])
    const findings = [
      judgeStranger(stranger, first, url),
      judgeOwn(own, first, url),
      ...(host ? [judgeHost(host, first)] : []),
    ]
    const wrong = findings.filter((finding) => finding !== undefined)
    return wrong.length > 0 ? wrong : good('web pages of strangers are refused, and own ones are not')
  },
}

const askAs = ({ send }: Visit, headers: Readonly<Record<string, string>>): Promise<Answer> => {
  const request = ask('server/discover')
  return send({ ...request, headers: { ...request.headers, ...headers } })
}

function judgeStranger({ status }: Answer, first: Answer, url: URL): Finding | undefined {
  // A closed server asks everybody for a token, which no page of a stranger has.
  if (status === 403 || (status === 401 && first.status === 401)) return undefined
  if (status !== first.status) return undefined
  const cause = 'A web page that somebody visits can call this server in their name, or from inside their network.'
  const fix = 'Refuse an Origin that is not allowed with HTTP 403. hawser does so unless allowedOrigins names it.'
  const found = `pages of any Origin may call (HTTP ${status})`
  return isLoopback(url) ? bad(found, cause, fix) : note(found, cause, fix)
}

const judgeOwn = ({ status }: Answer, first: Answer, { origin }: URL): Finding | undefined =>
  status === first.status || status !== 403
    ? undefined
    : bad(
        `pages of ${origin} itself are refused`,
        'What is in front of the server changes Host or the scheme, so that its own pages look like those of a stranger.',
        `Add ${origin} to allowedOrigins, or have the proxy hand on the Host header.`,
      )

const judgeHost = ({ status }: Answer, first: Answer): Finding | undefined =>
  status !== first.status
    ? undefined
    : bad(
        'pages of a name that points to this machine may call',
        'A web page can make its own name point to this machine and then call the server. (DNS rebinding)',
        'Answer to localhost, 127.0.0.1 and [::1] only, or refuse such an Origin. hawser does both.',
      )
