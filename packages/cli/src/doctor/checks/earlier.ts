import { bad, type Check, good, note } from '../check.ts'
import { describeAnswer, EARLIER } from '../messages.ts'
import { visitSession } from '../session.ts'
import { notLetIn } from '../visit.ts'

/** Most clients that are installed today begin with a handshake. (2025-11-25: basic/lifecycle) */
export const earlier: Check = {
  id: 'earlier',
  title: 'Earlier revisions',
  look: async (visit) => {
    const { answer, reply } = await visitSession(visit)
    if (answer.status === 401) return notLetIn(visit)
    const version = reply?.result?.['protocolVersion']
    if (typeof version === 'string') return good(`initialize agrees on ${version.slice(0, 40)}`)
    const { reply: modern } = await visit.discovered()
    if (modern?.result !== undefined) {
      return note(
        `not spoken (${reply?.error === undefined ? describeAnswer(answer) : reply.error.code})`,
        'Clients of before the present revision cannot connect, and many are.',
        'Serve them too: hawser does, unless the server comes from hawser/present.',
      )
    }
    return bad(
      describeAnswer(answer),
      `Neither server/discover nor initialize (${EARLIER}) is answered.`,
      'Is this an MCP server? See what its log says.',
    )
  },
}
