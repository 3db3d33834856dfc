import { AuthorizationResponseError, generateRandomCodeVerifier, type IDToken } from 'oauth4webapi'
import { redirect } from '../answer.ts'
import { problemPage } from '../consent/page.ts'
import { isOver } from '../consent/posted-form.ts'
import type { Route } from '../core.ts'
import { isObject } from '../register/client-metadata.ts'
import { randomSecret, Secret } from '../secrets.ts'
import type { Transaction, User } from '../transaction.ts'
import { identityProvider, type ProviderOptions, type Trip } from './identity-provider.ts'
import type { LoginContext, LoginMethod, RunningLogin } from './login.ts'
import { createSessions, hostCookie } from './session.ts'

export interface UpstreamLoginOptions extends ProviderOptions {
  /** As people know it: "You sign in with …". */
  readonly name: string
  /** Who a person is here, or `undefined` for somebody who may not use this server; their `sub` unless given. */
  readonly user?: (claims: IDToken) => User | undefined | Promise<User | undefined>
}

const CALLBACK = '/login/callback'
const TRIP_LIFETIME = 10 * 60 * 1000

const cookieName = (state: string): string => `hawser-upstream-${state.slice(0, 12)}`

const userOf = ({ sub, name, email, auth_time: authTime }: IDToken, now: number): User => ({
  userId: sub,
  displayName: typeof email === 'string' ? email : typeof name === 'string' ? name : sub,
  authTime: authTime === undefined ? now : authTime * 1000,
})

const isTrip = (value: unknown): value is Trip & { readonly handle: string } =>
  isObject(value) && ['handle', 'state', 'nonce', 'verifier'].every((name) => typeof value[name] === 'string')

const failed = (): Response =>
  problemPage(400, 'The sign-in did not work', 'Nothing was allowed. Start again from the application.')

/**
 * Has an OpenID provider sign people in. The consent page comes first; only then the browser gets `state` and is sent there,
 * so that an answer of the provider is worth nothing in a browser whose person did not agree. Who signed in is known for
 * eight hours and sees the own name on the consent page.
 *
 * @example
 * createOAuth({ login: upstreamLogin({ name: 'Contoso', issuer: 'https://login.contoso.com', clientId, clientSecret }), … })
 */
export const upstreamLogin = (options: UpstreamLoginOptions): LoginMethod => ({
  start: (context) => startUpstreamLogin(context, options),
})

function startUpstreamLogin({ core, complete }: LoginContext, options: UpstreamLoginOptions): RunningLogin {
  const { name, clientSecret, user: toUser, ...providerOptions } = options
  const secret = clientSecret === undefined ? undefined : new Secret(clientSecret)
  const provider = identityProvider(providerOptions, secret, core.url(CALLBACK), core.now)
  const sessions = createSessions(core, 'session')
  const context = `trip ${core.issuer}`

  const begin: NonNullable<RunningLogin['provider']>['begin'] = async ({ transaction, handle }, scopes) => {
    const trip: Trip = { state: randomSecret(), nonce: randomSecret(), verifier: generateRandomCodeVerifier() }
    let target: URL
    try {
      target = await provider.leave(trip, transaction.notes?.['other'] !== undefined)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      await core.tell({
        type: 'authorization.refused',
        clientId: transaction.client.id,
        reason: 'provider_unavailable',
      })
      return problemPage(503, 'The sign-in cannot be reached', 'Go back and try again in a minute.')
    }
    const notes = { state: await core.digest('upstream', trip.state), scopes: scopes.join(' ') }
    const approved: Transaction = { ...transaction, notes, version: transaction.version + 1 }
    if (!(await core.store.replaceTransaction(approved, core.now()))) return isOver()
    const response = redirect(target.href)
    const sealed = await core.seal('upstream', JSON.stringify({ ...trip, handle }), context)
    response.headers.append('set-cookie', hostCookie(core, cookieName(trip.state)).write(sealed, TRIP_LIFETIME))
    return response
  }

  /** The trip that this answer belongs to, with its transaction: same browser, same state, approved, and the first time. */
  const resume = async (request: Request, state: string) => {
    const sealed = hostCookie(core, cookieName(state)).read(request)
    const text = sealed === undefined ? undefined : await core.open('upstream', sealed, context)
    const trip: unknown = text === undefined ? undefined : JSON.parse(text)
    if (!isTrip(trip)) return undefined
    const transaction = await core.resume(request, trip.handle)
    const { state: expected = '', scopes: allowed } = transaction?.notes ?? {}
    if (!transaction || !(await core.isDigestOf('upstream', state, expected))) return undefined
    const scopes = allowed?.split(' ').filter(Boolean) ?? []
    const used: Transaction = { ...transaction, notes: undefined, version: transaction.version + 1 }
    return (await core.store.replaceTransaction(used, core.now())) ? { trip, transaction: used, scopes } : undefined
  }

  const finish = async (
    answer: URLSearchParams,
    { trip, transaction, scopes }: NonNullable<Awaited<ReturnType<typeof resume>>>,
  ) => {
    let claims: IDToken
    try {
      claims = await provider.arrive(answer, trip)
    } catch (error) {
      if (error instanceof AuthorizationResponseError && error.error === 'access_denied') return core.deny(transaction)
      const reason = 'provider_answer'
      await core.tell({ type: 'authorization.refused', clientId: transaction.client.id, reason })
      return failed()
    }
    const user = toUser ? await toUser(claims) : userOf(claims, core.now())
    if (!user) {
      await core.tell({ type: 'authorization.refused', clientId: transaction.client.id, reason: 'no_account' })
      return core.deny(transaction)
    }
    const response = await complete(transaction, user, scopes)
    response.headers.append('set-cookie', await sessions.write(user))
    return response
  }

  const callback: Route = async (request) => {
    if (request.method !== 'GET') return failed()
    const answer = new URL(request.url).searchParams
    const state = answer.get('state') ?? ''
    const resumed = await resume(request, state)
    if (!resumed) return isOver()
    const response = await finish(answer, resumed)
    response.headers.append('set-cookie', hostCookie(core, cookieName(state)).forget())
    return response
  }

  return {
    identify: async (request) => sessions.read(request),
    provider: { name, origin: new URL(options.issuer).origin, begin },
    forget: sessions.forget,
    routes: new Map([[CALLBACK, callback]]),
  }
}
