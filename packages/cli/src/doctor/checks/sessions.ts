import { bad, type Check, good, note, skipped } from '../check.ts'
import { describeAnswer, readReply, say } from '../messages.ts'
import { visitSession } from '../session.ts'
import { notLetIn } from '../visit.ts'

/** Requests in one session, each over a connection of its own, so that a balancer may send each elsewhere. */
const REQUESTS = 6

/** Sessions that live in one process are lost when the next request reaches another one. */
export const sessions: Check = {
  id: 'sessions',
  title: 'Sessions',
  look: async (visit) => {
    const { answer, reply, id, version } = await visitSession(visit)
    if (answer.status === 401) return notLetIn(visit)
    if (reply?.result === undefined) return skipped('no earlier revision')
    if (id === undefined) return good('keeps none, so none is lost')
    await visit.sendAs(say('notifications/initialized', id, version))
    const answers = await Promise.all(Array.from({ length: REQUESTS }, () => visit.sendAs(say('ping', id, version))))
    const lost = answers.filter(({ status }) => status === 404 || status === 400)
    if (lost.length > 0) {
      return bad(
        `${lost.length} of ${REQUESTS} requests did not find their session (HTTP ${lost[0]!.status})`,
        'There are several processes or isolates, and each knows only the sessions that it has opened itself.',
        'Serve without sessions, route by Mcp-Session-Id, or keep them in a Durable Object.',
      )
    }
    const [odd] = answers.filter(({ text }) => readReply(text) === undefined)
    return odd === undefined
      ? good(`${REQUESTS} requests found theirs`)
      : note(
          `${describeAnswer(odd)} in a session`,
          'A ping has to be answered.',
          'See what the log of the server says.',
        )
  },
}
