import { AuthorizationResponseError } from 'oauth4webapi'
import { redirect } from '../answer.ts'
import { problemPage } from '../consent/page.ts'
import type { Core } from '../core.ts'
import type { User } from '../transaction.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { createTrips, type PlannedTrip } from './trips.ts'

export const CALLBACK = '/login/callback'

/** To the provider and back, whatever for. */
export interface Journey extends Pick<ReturnType<typeof createTrips>, 'plan' | 'read' | 'forget'> {
  /** Where to send the browser, or a page when the provider cannot be reached. */
  readonly leave: (trip: PlannedTrip, selectAccount: boolean, clientId?: string) => Promise<URL | Response>
  /** Sends the browser there, with what it needs to come back. */
  readonly send: (target: URL, trip: PlannedTrip) => Promise<Response>
  /** Who signed in, or why nobody did. */
  readonly arrive: (answer: URLSearchParams, trip: PlannedTrip) => Promise<User | 'denied' | 'unclear' | 'no_account'>
  /** Tells why somebody was not signed in. */
  readonly refuse: (reason: 'unclear' | 'no_account', clientId?: string) => Promise<void>
}

const REASONS = { unclear: 'provider_answer', no_account: 'no_account' } as const

/** Who signs people in, and who they are here. */
export interface Upstream<Claims> {
  /** As people know it. */
  readonly name: string
  /** Where people sign in. */
  readonly origin: string
  /** @param redirectUri Where it sends people back to. */
  readonly connect: (redirectUri: string, now: () => number) => IdentityProvider<Claims>
  /** Who a person is here, `undefined` for nobody; `now` in milliseconds. */
  readonly user: (claims: Claims, now: number) => User | undefined | Promise<User | undefined>
}

export function createJourney<Claims>(core: Core, { connect, user: toUser }: Upstream<Claims>): Journey {
  const provider = connect(core.url(CALLBACK), core.now)
  const { write, ...trips } = createTrips(core)
  const tell = (reason: string, clientId?: string): Promise<void> =>
    core.tell({ type: 'authorization.refused', clientId, reason })

  return {
    ...trips,
    leave: async (trip, selectAccount, clientId) => {
      try {
        return await provider.leave(trip, selectAccount)
      } catch (error) {
        if (!(error instanceof Error)) throw error
        await tell('provider_unavailable', clientId)
        return problemPage(503, 'The sign-in cannot be reached', 'Go back and try again in a minute.')
      }
    },
    send: async (target, trip) => {
      const response = redirect(target.href)
      response.headers.append('set-cookie', await write(trip))
      return response
    },
    arrive: async (answer, trip) => {
      let claims: Claims
      try {
        claims = await provider.arrive(answer, trip)
      } catch (error) {
        return error instanceof AuthorizationResponseError && error.error === 'access_denied' ? 'denied' : 'unclear'
      }
      return (await toUser(claims, core.now())) ?? 'no_account'
    },
    refuse: (reason, clientId) => tell(REASONS[reason], clientId),
  }
}
