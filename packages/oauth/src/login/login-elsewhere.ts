import { redirect } from '../answer.ts'
import { problemPage } from '../consent/page.ts'
import { isOver } from '../consent/posted-form.ts'
import type { Route } from '../core.ts'
import type { Transaction, User } from '../transaction.ts'
import { CALLBACK, createJourney, type Upstream } from './journey.ts'
import type { LoginContext, LoginMethod, RunningLogin } from './login.ts'
import { createSessions } from './session.ts'
import type { PlannedTrip } from './trips.ts'
import { createVisits } from './upstream-visit.ts'

const failed = (): Response =>
  problemPage(400, 'The sign-in did not work', 'Nothing was allowed. Start again from the application.')

/**
 * Has somebody else sign people in. The consent page comes first; only then the browser gets `state` and is sent there,
 * so that an answer of the provider is worth nothing in a browser whose person did not agree. Who signed in is known for
 * eight hours and sees the own name on the consent page.
 */
export const loginWith = <Claims>(upstream: Upstream<Claims>): LoginMethod => ({
  start: (context) => startLogin(context, upstream),
})

function startLogin<Claims>(context: LoginContext, upstream: Upstream<Claims>): RunningLogin {
  const { core, grantsUrl, complete } = context
  const sessions = createSessions(core, 'session')
  const journey = createJourney(core, upstream)
  const place = { name: upstream.name, origin: upstream.origin }
  const visits = createVisits(context, journey, place)

  const begin: NonNullable<RunningLogin['provider']>['begin'] = async ({ transaction, handle }, scopes) => {
    const trip = journey.plan(handle)
    const target = await journey.leave(trip, transaction.notes?.['other'] !== undefined, transaction.client.id)
    if (target instanceof Response) return target
    const notes = { state: await core.digest('upstream', trip.state), scopes: scopes.join(' ') }
    const approved: Transaction = { ...transaction, notes, version: transaction.version + 1 }
    if (!(await core.store.replaceTransaction(approved, core.now()))) return isOver()
    return journey.send(target, trip)
  }

  /** The approved transaction of a trip, for the first answer alone. */
  const resume = async (request: Request, handle: string, { state }: PlannedTrip) => {
    const transaction = await core.resume(request, handle)
    const { state: expected = '', scopes: allowed } = transaction?.notes ?? {}
    if (!transaction || !(await core.isDigestOf('upstream', state, expected))) return undefined
    const scopes = allowed?.split(' ').filter(Boolean) ?? []
    const used: Transaction = { ...transaction, notes: undefined, version: transaction.version + 1 }
    return (await core.store.replaceTransaction(used, core.now())) ? { transaction: used, scopes } : undefined
  }

  const withSession = async (response: Response, user: User): Promise<Response> => {
    response.headers.append('set-cookie', await sessions.write(user))
    return response
  }

  const finish = async (request: Request, answer: URLSearchParams, trip: PlannedTrip): Promise<Response> => {
    if (trip.handle === undefined) {
      const user = await visits.finish(answer, trip)
      return user instanceof Response ? user : withSession(redirect(grantsUrl), user)
    }
    const resumed = await resume(request, trip.handle, trip)
    if (!resumed) return isOver()
    const { transaction, scopes } = resumed
    const user = await journey.arrive(answer, trip)
    if (typeof user !== 'string') return withSession(await complete(transaction, user, scopes), user)
    if (user !== 'denied') await journey.refuse(user, transaction.client.id)
    return user === 'unclear' ? failed() : core.deny(transaction)
  }

  const callback: Route = async (request) => {
    if (request.method !== 'GET') return failed()
    const answer = new URL(request.url).searchParams
    const state = answer.get('state') ?? ''
    const trip = await journey.read(request, state)
    if (!trip) return isOver()
    const response = await finish(request, answer, trip)
    response.headers.append('set-cookie', journey.forget(state))
    return response
  }

  return {
    identify: async (request) => sessions.read(request),
    visit: async (request) => (await sessions.read(request)) ?? visits.invite(),
    provider: { ...place, begin },
    forget: sessions.forget,
    routes: new Map([[CALLBACK, callback], visits.route]),
  }
}
