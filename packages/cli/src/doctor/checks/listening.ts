import { bad, type Check, type Finding, good, note, skipped } from '../check.ts'
import { ask, type Json, readReply, say } from '../messages.ts'
import { visitSession } from '../session.ts'
import { capabilitiesOf, notLetIn, type Visit } from '../visit.ts'

/** Streams on which servers tell what changed are cut by whatever thinks that they idle. */
export const listening: Check = {
  id: 'listening',
  title: 'Listening',
  look: async (visit) => {
    const { answer, reply } = await visit.discovered()
    if (answer.status === 401) return notLetIn(visit)
    if (reply?.result !== undefined) {
      const notifications = filterOf(capabilitiesOf(reply))
      if (Object.keys(notifications).length === 0) return skipped('the server tells no changes')
      const request = ask('subscriptions/listen', { notifications })
      return hold(visit, { ...request, isBegun: (text) => text.includes('subscriptions/acknowledged') })
    }
    const { reply: greeted, id, version } = await visitSession(visit)
    if (greeted?.result === undefined || id === undefined) return skipped('no session to listen in')
    const { headers } = say('', id, version)
    return hold(visit, { method: 'GET', headers: { ...headers, accept: 'text/event-stream' }, isBegun: () => true })
  },
}

/** What the server says that it can tell. */
function filterOf(capabilities: Json): Json {
  const tells = (name: string): boolean => {
    const of = capabilities[name]
    return typeof of === 'object' && of !== null && 'listChanged' in of && of.listChanged === true
  }
  return {
    ...(tells('tools') && { toolsListChanged: true }),
    ...(tells('resources') && { resourcesListChanged: true }),
    ...(tells('prompts') && { promptsListChanged: true }),
  }
}

interface Holding {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly isBegun: (text: string) => boolean
}

/** Opens a stream, and sees how long it stays open. */
async function hold(visit: Visit, { isBegun, ...request }: Holding): Promise<Finding> {
  const { listenMs } = visit
  const enough = new AbortController()
  const began = performance.now()
  const timer = setTimeout(() => enough.abort(), listenMs)
  let sofar = ''
  const ended = await visit
    .sendAs({
      ...request,
      until: (text) => {
        sofar = text
        return false
      },
      signal: enough.signal,
      patience: listenMs + 15_000,
    })
    .catch(() => undefined)
  clearTimeout(timer)
  if (enough.signal.aborted) {
    if (!isBegun(sofar)) {
      return bad(
        `nothing came within ${seconds(listenMs)}`,
        'A proxy collects the stream instead of passing it on, so that changes arrive late or never.',
        'Turn buffering off for text/event-stream: X-Accel-Buffering: no, or proxy_buffering off.',
      )
    }
    return good(`open for ${seconds(listenMs)}${listenMs < MINUTES ? '; --listen 6m waits as long as clients do' : ''}`)
  }
  const lasted = performance.now() - began
  if (ended?.status === 405) return skipped('no stream but those of calls')
  if (ended !== undefined && ended.status >= 400) {
    return note(
      `HTTP ${ended.status}`,
      'Clients are not told of changes, and see them when they ask anew.',
      'Let what is in front of the server pass streams, or do not promise listChanged.',
    )
  }
  if (ended !== undefined && readReply(ended.text) !== undefined) {
    if (lasted > SOON) {
      return note(
        `ended by the server after ${seconds(lasted)}`,
        'It was stopped, or deployed anew; clients open the stream again. When it is so each time, it does not let streams live.',
        'Look again. Streams should live for as long as somebody listens.',
      )
    }
    return note(
      'ended at once by the server',
      'It has nothing to tell, although it promises listChanged.',
      'Give the server changes that can be told, or do not promise them.',
    )
  }
  return bad(
    `cut after ${seconds(lasted)}`,
    'Something on the way closes connections that idle, or the server is stopped there.',
    'Raise the idle timeout of the proxy, or send a comment every 15 seconds, which hawser does.',
  )
}

const MINUTES = 120_000
/** Milliseconds within which a server ends a stream that it never meant to hold. */
const SOON = 1000

const seconds = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`)
