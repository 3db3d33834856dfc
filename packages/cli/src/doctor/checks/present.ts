import { bad, type Check, good, note } from '../check.ts'
import { describeAnswer, PRESENT } from '../messages.ts'
import { notLetIn } from '../visit.ts'

/** The present revision has no handshake: every request describes itself. (server/discover) */
export const present: Check = {
  id: 'present',
  title: `Revision ${PRESENT}`,
  look: async (visit) => {
    const { answer, reply } = await visit.discovered()
    if (answer.status === 401) return notLetIn(visit)
    const versions = reply?.result?.['supportedVersions']
    if (Array.isArray(versions)) {
      return versions.includes(PRESENT)
        ? good(`server/discover names ${versions.length === 1 ? 'it' : `${versions.length} revisions`}`)
        : bad(
            `server/discover does not name it, but ${versions.join(', ').slice(0, 200)}`,
            'Clients choose a revision from that list.',
            `List ${PRESENT} in supportedVersions.`,
          )
    }
    if (reply === undefined) {
      return bad(
        describeAnswer(answer),
        'That is no message of the protocol, so something else than the server answers.',
        'See what stands in front of the server, and what its log says.',
      )
    }
    return note(
      `not spoken (${reply.error?.code ?? 'no result'}, HTTP ${answer.status})`,
      'Clients fall back to earlier revisions: one request more for each, and no server that does without sessions.',
      'Update the library of the server.',
    )
  },
}
