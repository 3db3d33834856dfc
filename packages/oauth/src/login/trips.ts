import { generateRandomCodeVerifier } from 'oauth4webapi'
import type { Core } from '../core.ts'
import { isObject } from '../register/client-metadata.ts'
import { randomSecret } from '../secrets.ts'
import type { Trip } from './identity-provider.ts'
import { hostCookie } from './session.ts'

/** A way to the provider and back, and what for. */
export interface PlannedTrip extends Trip {
  /** Of the transaction that goes on afterwards; `undefined` for a person who came to see what they allowed. */
  readonly handle?: string | undefined
}

/** What a browser keeps between leaving for the provider and coming back: sealed, in a cookie of its own for each trip. */
export interface Trips {
  readonly plan: (handle?: string) => PlannedTrip
  /** The value of a Set-Cookie header. */
  readonly write: (trip: PlannedTrip) => Promise<string>
  /** The trip that this browser began with this state. */
  readonly read: (request: Request, state: string) => Promise<PlannedTrip | undefined>
  readonly forget: (state: string) => string
}

const LIFETIME = 10 * 60 * 1000

const isTrip = (value: unknown): value is PlannedTrip =>
  isObject(value) &&
  ['state', 'nonce', 'verifier'].every((name) => typeof value[name] === 'string') &&
  (value['handle'] === undefined || typeof value['handle'] === 'string')

export function createTrips(core: Pick<Core, 'issuer' | 'seal' | 'open' | 'now'>): Trips {
  const context = `trip ${core.issuer}`
  const cookie = (state: string) => hostCookie(core, `hawser-upstream-${state.slice(0, 12)}`)
  return {
    plan: (handle) => ({
      state: randomSecret(),
      nonce: randomSecret(),
      verifier: generateRandomCodeVerifier(),
      handle,
    }),
    write: async (trip) => {
      const until = core.now() + LIFETIME
      return cookie(trip.state).write(
        await core.seal('upstream', JSON.stringify({ ...trip, until }), context),
        LIFETIME,
      )
    },
    read: async (request, state) => {
      const sealed = cookie(state).read(request)
      const text = sealed === undefined ? undefined : await core.open('upstream', sealed, context)
      const trip: unknown = text === undefined ? undefined : JSON.parse(text)
      const isInTime = isObject(trip) && typeof trip['until'] === 'number' && trip['until'] > core.now()
      return isInTime && isTrip(trip) && trip.state === state ? trip : undefined
    },
    forget: (state) => cookie(state).forget(),
  }
}
