import { bad, type Check, good, note, skipped } from '../check.ts'
import type { Place } from '../find-metadata.ts'
import { isClosed } from '../visit.ts'

/** Clients look at what the challenge names, at the place with the path, and at the root. (RFC 9728 §3.1) */
export const metadata: Check = {
  id: 'metadata',
  title: 'Resource metadata',
  look: async (visit) => {
    const { named, own, root, chosen } = await visit.metadata()
    if (chosen === undefined) {
      if (!(await isClosed(visit))) return skipped('none, and nobody has to sign in')
      return bad(
        `none: ${describe(named ?? own)}`,
        'Clients cannot find out who issues tokens for this server.',
        `Serve it at ${own.address}; protectedResource() does. A proxy has to hand /.well-known/ on as well.`,
      )
    }
    if (named !== undefined && named.document === undefined) {
      return bad(
        `the challenge names a place that does not have it: ${describe(named)}`,
        'Clients go where the challenge sends them, and stop there.',
        `Have the challenge name ${chosen.address}.`,
      )
    }
    const wrong = [
      ...(own.document === undefined
        ? [
            note(
              `not at ${pathOf(own)}: ${describe(own)}`,
              'Clients that do not read the challenge look there first.',
              'Serve it there as well. (RFC 9728 §3.1)',
            ),
          ]
        : []),
      ...(root.document === undefined
        ? [
            note(
              `not at ${pathOf(root)}: ${describe(root)}`,
              'Clients of 2025 look at the root of the host only.',
              'Serve it there as well, where the host has one resource.',
            ),
          ]
        : []),
    ]
    return wrong.length > 0 ? wrong : good('where clients look')
  },
}

const pathOf = ({ address }: Place): string => URL.parse(address)?.pathname ?? address

const describe = ({ status, problem }: Place): string =>
  problem ?? (status === 200 ? 'HTTP 200, but no JSON object' : `HTTP ${status}`)
