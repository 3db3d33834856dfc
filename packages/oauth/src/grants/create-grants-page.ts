import { redirect } from '../answer.ts'
import { problemPage, type Operator } from '../consent/page.ts'
import { pageWithForm, readOwnForm, single } from '../consent/posted-form.ts'
import type { Core, Route } from '../core.ts'
import type { RunningLogin } from '../login/login.ts'
import { hostCookie } from '../login/session.ts'
import { randomSecret } from '../secrets.ts'
import type { GrantFilter } from '../store.ts'
import type { User } from '../transaction.ts'
import { groupGrants } from './allowed.ts'
import { createGrantAccess, MAX_LIMIT } from './grant-access.ts'
import { grantsPage } from './grants-page.ts'
import { GRANTS } from './path.ts'

export interface GrantsPageOptions {
  readonly login: RunningLogin
  readonly operator: Operator
}

/** How long a page that was left open can be used. */
const LIFETIME = 60 * 60 * 1000
const PER_PAGE = 20
const BROWSER = /^[A-Za-z0-9_-]{43}$/
const NOTICES = {
  taken: 'Taken back.',
  gone: 'That had ended already.',
} as const

/** A program that acts for itself may be called as a person is; what is its own is not shown to them. */
const ownOf = ({ userId, tenant }: User): GrantFilter => ({ subject: userId, tenant: tenant ?? null, kind: 'user' })

/**
 * The page where people see what they allowed and take it back. Its forms carry a token that is made of a cookie of this browser and
 * of who is signed in, so that they are worth nothing in another browser or for another person.
 */
export function createGrantsPage(core: Core, { login, operator }: GrantsPageOptions): readonly [string, Route] {
  const access = createGrantAccess(core)
  const cookie = hostCookie(core, 'hawser-grants')
  const url = core.url(GRANTS)

  const browserOf = (request: Request): string | undefined => {
    const value = cookie.read(request)
    return value !== undefined && BROWSER.test(value) ? value : undefined
  }
  const bound = (browser: string, { userId, tenant }: User, word: string): string =>
    JSON.stringify([browser, tenant ?? null, userId, word])
  const bind = (...what: Parameters<typeof bound>): Promise<string> => core.digest('grants-page', bound(...what))
  const isBound = (said: string, ...what: Parameters<typeof bound>): Promise<boolean> =>
    core.isDigestOf('grants-page', bound(...what), said)

  /** What the form before came to, where this browser is told by this server and not by a link of somebody else. */
  const noticeOf = async (browser: string, user: User, said: string | null): Promise<string | undefined> => {
    for (const [word, notice] of Object.entries(NOTICES)) {
      if (said !== null && (await isBound(said, browser, user, word))) return notice
    }
    return undefined
  }

  const show: Route = async (request) => {
    const user = await login.visit(request)
    if (user instanceof Response) return user
    const browser = browserOf(request) ?? randomSecret()
    const query = new URL(request.url).searchParams
    const grants = await access.list(ownOf(user), { limit: MAX_LIMIT })
    const all = groupGrants(grants)
    const pages = Math.max(1, Math.ceil(all.length / PER_PAGE))
    const asked = Number(/^[1-9]\d{0,3}$/.exec(query.get('page') ?? '')?.[0] ?? 1)
    const page = Math.min(asked, pages)
    const response = grantsPage({
      operator,
      user,
      allowed: all.slice((page - 1) * PER_PAGE, page * PER_PAGE),
      resources: core.resources,
      token: await bind(browser, user, 'form'),
      path: url,
      page,
      pages,
      isCut: grants.length === MAX_LIMIT,
      canSignOut: login.forget !== undefined,
      notice: await noticeOf(browser, user, query.get('came')),
    })
    response.headers.append('set-cookie', cookie.write(browser, LIFETIME))
    return response
  }

  /** Ends all that the application of a grant may do at its resource for its person; `false` when there is nothing left to end. */
  const takeBack = async (user: User, grantId: string): Promise<boolean> => {
    const own = ownOf(user)
    const [grant] = await access.list({ ...own, grantId }, { limit: 1 })
    if (!grant) return false
    const { clientId, resource } = grant
    return (await access.revoke({ ...own, clientId, resource }, 'person')) > 0
  }

  const answer: Route = async (request) => {
    const form = await readOwnForm(request, core.issuer)
    if (form instanceof Response) return form
    const user = await login.visit(request)
    if (user instanceof Response) {
      return problemPage(403, 'You are not signed in', 'Nothing was taken back. Sign in and try again.', url)
    }
    const browser = browserOf(request)
    const isOurs = browser !== undefined && (await isBound(single(form, 'token'), browser, user, 'form'))
    if (!isOurs) return problemPage(400, 'This page is too old', 'Nothing was taken back. Open it anew.', url)
    switch (form.getAll('do').join(' ')) {
      case 'take-back': {
        const came = (await takeBack(user, single(form, 'grant'))) ? 'taken' : 'gone'
        return redirect(`${url}?came=${await bind(browser, user, came)}`)
      }
      case 'sign-out': {
        const response = redirect(url)
        response.headers.append('set-cookie', cookie.forget())
        if (login.forget) response.headers.append('set-cookie', login.forget())
        return response
      }
      default:
        return problemPage(400, 'This form could not be read', 'Nothing was taken back. Open the page anew.', url)
    }
  }

  return [GRANTS, pageWithForm(show, answer)]
}
