import { bad, type Check, type Finding, good, note, skipped } from '../check.ts'
import { parseObject } from '../messages.ts'
import type { Visit } from '../visit.ts'

/** Seconds by which clocks may differ; verifiers of tokens allow a minute at most. */
const TOLERATED = 30

/** Tokens are dated by the clock of the issuer and judged by that of the server. */
export const clock: Check = {
  id: 'clock',
  title: 'Clock',
  look: async (visit) => {
    const { ahead } = await visit.first()
    if (ahead === undefined) return skipped('the server does not tell the time')
    const wrong = [...(await compareIssuer(visit, ahead)), ...judgeToken(visit, ahead)]
    if (wrong.length > 0) return wrong
    const seconds = Math.round(ahead / 1000)
    if (Math.abs(seconds) <= TOLERATED)
      return good(Math.abs(seconds) <= 2 ? 'as here' : `${describe(seconds)} this machine`)
    // The clock of this machine may be the wrong one.
    return note(
      `${describe(seconds)} this machine`,
      'One of the two is wrong. Tokens seem to have ended, or not to have begun.',
      'Synchronise both clocks (NTP).',
    )
  },
}

async function compareIssuer(visit: Visit, ahead: number): Promise<readonly Finding[]> {
  const places = (await visit.issuers()).map(({ place }) => place.ahead ?? ahead)
  const [far] = places
    .map((there) => Math.round((ahead - there) / 1000))
    .filter((seconds) => Math.abs(seconds) > TOLERATED)
  return far === undefined
    ? []
    : [
        bad(
          `${describe(far)} its issuer`,
          'Tokens that were issued just now are refused, or those that have ended are taken.',
          'Synchronise the clocks of both (NTP).',
        ),
      ]
}

/** The times of a token that was given with --header, as the server sees them. Nothing else of it is looked at. (RFC 7519 §4.1) */
function judgeToken({ headers = {} }: Visit, ahead: number): readonly Finding[] {
  const header = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? ''
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/i.exec(header)?.[1]
  const claims = parseObject(payload === undefined ? '' : Buffer.from(payload, 'base64url').toString()) ?? {}
  const now = (Date.now() + ahead) / 1000
  const { exp, nbf } = claims
  if (typeof exp === 'number' && exp < now) {
    const ago = Math.round(now - exp)
    return [
      bad(`the token ended ${ago} s ago, by the clock of the server`, 'It is refused with 401.', 'Get a new one.'),
    ]
  }
  if (typeof nbf === 'number' && nbf > now + TOLERATED) {
    const cause = 'The clock of whoever made it is ahead of that of the server.'
    return [
      bad(
        `the token begins in ${Math.round(nbf - now)} s, by the clock of the server`,
        cause,
        'Synchronise both clocks (NTP).',
      ),
    ]
  }
  return []
}

const describe = (seconds: number): string => `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'}`
