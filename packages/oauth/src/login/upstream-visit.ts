import { addressKey } from '../address-key.ts'
import { redirect } from '../answer.ts'
import { escapeHtml, plainText } from '../consent/display-text.ts'
import { pageResponse, placeLine, problemPage } from '../consent/page.ts'
import { pageWithForm, readOwnForm } from '../consent/posted-form.ts'
import type { Route } from '../core.ts'
import type { User } from '../transaction.ts'
import type { Journey } from './journey.ts'
import type { LoginContext } from './login.ts'
import type { PlannedTrip } from './trips.ts'

/** How a person signs in with the provider who came to see what they allowed. */
export interface Visits {
  /** The page that says so, with a button. */
  readonly invite: () => Response
  /** Leaves for the provider: a form, so that no link can begin it. */
  readonly route: readonly [path: string, route: Route]
  /** The person, or a page that says why nobody is signed in. */
  readonly finish: (answer: URLSearchParams, trip: PlannedTrip) => Promise<User | Response>
}

const VISIT = '/login/visit'
const MINUTE = 60_000
/** Begun by one address in a minute: each may ask the provider. */
const MAX_VISITS = 30

export function createVisits(
  { core, operator, clientAddress, grantsUrl }: LoginContext,
  journey: Journey,
  { name, origin }: { readonly name: string; readonly origin: string },
): Visits {
  const isWithinLimit = async (address: string | undefined): Promise<boolean> => {
    if (address === undefined) return true
    const bucket = `visit ${await addressKey(core, address)}`
    return core.store.hit(bucket, MAX_VISITS, MINUTE, core.now())
  }

  const begin: Route = async (request) => {
    const form = await readOwnForm(request, core.issuer)
    if (form instanceof Response) return form
    if (!(await isWithinLimit(clientAddress(request)))) {
      return problemPage(429, 'There are many sign-ins from your network just now', 'Try again in a minute.')
    }
    const trip = journey.plan()
    const target = await journey.leave(trip, true)
    return target instanceof Response ? target : journey.send(target, trip)
  }

  return {
    invite: () =>
      pageResponse({
        title: `What you allowed – ${operator.host}`,
        formTargets: ['https:', ...(origin.startsWith('http:') ? [origin] : [])],
        main: `${placeLine(operator)}
<h1>What you allowed</h1>
<p class="soft">Sign in to see which applications may do something for you here, and to take it back.</p>
<form method="post" action="${escapeHtml(core.url(VISIT))}">
<button class="button wide">Sign in with ${escapeHtml(plainText(name, 60))}</button>
</form>`,
      }),
    route: [VISIT, pageWithForm(() => redirect(grantsUrl), begin)],
    finish: async (answer, trip) => {
      const user = await journey.arrive(answer, trip)
      if (typeof user !== 'string') return user
      if (user !== 'denied') await journey.refuse(user)
      return problemPage(400, 'The sign-in did not work', 'You can try it again.', grantsUrl)
    },
  }
}
