import { AuthorizationResponseError, type IDToken } from 'oauth4webapi'
import { redirect } from '../answer.ts'
import { problemPage } from '../consent/page.ts'
import type { Core } from '../core.ts'
import { Secret } from '../secrets.ts'
import type { User } from '../transaction.ts'
import { identityProvider } from './identity-provider.ts'
import { createTrips, type PlannedTrip } from './trips.ts'
import type { UpstreamLoginOptions } from './upstream-login.ts'

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

const userOf = ({ sub, name, email, auth_time: authTime }: IDToken, now: number): User => ({
  userId: sub,
  displayName: typeof email === 'string' ? email : typeof name === 'string' ? name : sub,
  authTime: authTime === undefined ? now : authTime * 1000,
})

export function createJourney(core: Core, options: UpstreamLoginOptions): Journey {
  const { name: _, clientSecret, user: toUser, ...providerOptions } = options
  const secret = clientSecret === undefined ? undefined : new Secret(clientSecret)
  const provider = identityProvider(providerOptions, secret, core.url(CALLBACK), core.now)
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
      let claims: IDToken
      try {
        claims = await provider.arrive(answer, trip)
      } catch (error) {
        return error instanceof AuthorizationResponseError && error.error === 'access_denied' ? 'denied' : 'unclear'
      }
      return (await (toUser ? toUser(claims) : userOf(claims, core.now()))) ?? 'no_account'
    },
    refuse: (reason, clientId) => tell(REASONS[reason], clientId),
  }
}
