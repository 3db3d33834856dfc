import type { ConsentStep, Ending } from '../consent.ts'
import type { Core, Route } from '../core.ts'
import type { LoginMethod, Resumed, RunningLogin } from '../login/login.ts'
import { redirect } from '../answer.ts'
import type { Transaction, User } from '../transaction.ts'
import { consentPage } from './consent-page.ts'
import { problemPage, type Operator } from './page.ts'
import { isOver, pageWithForm, postedForm, resumedPage, type Posted } from './posted-form.ts'
import { recall, remember } from './remembered.ts'

export interface ConsentOptions {
  readonly login: LoginMethod['start']
  readonly operator: Operator
  readonly clientAddress: (request: Request) => string | undefined
  /** How long a client with a refresh token can go on, in days. */
  readonly lastingDays: number
}

export interface ConsentPages {
  readonly admit: RunningLogin['admit']
  readonly step: ConsentStep
  readonly routes: ReadonlyMap<string, Route>
}

const CONSENT = '/consent'
const SWITCH = '/login/switch'

const isSameUser = (one: User | undefined, other: User | undefined): boolean =>
  one?.userId === other?.userId && one?.tenant === other?.tenant

/** Signs the person in, asks unless exactly this was allowed before, and ends the transaction as the person decides. */
export function createConsent(
  core: Core & Ending,
  { login: start, operator, clientAddress, lastingDays }: ConsentOptions,
): ConsentPages {
  const consentUrl = (handle: string): string => `${core.url(CONSENT)}?handle=${encodeURIComponent(handle)}`

  const complete = async (transaction: Transaction, user: User, scopes: readonly string[]): Promise<Response> => {
    const response = await core.approve(transaction, { user, scopes })
    // Only what was handed out is remembered: not an approval that came too late or twice.
    const isGiven = new URL(response.headers.get('location') ?? 'about:blank').searchParams.has('code')
    if (isGiven) await remember(core, transaction, user, scopes)
    return response
  }

  const login: RunningLogin = start({ core, operator, clientAddress, consentUrl, complete })

  /** Keeps who is asked, so that the answer counts for the person whose name the page showed. */
  const bind = async (
    transaction: Transaction,
    user: User | undefined,
    notes = transaction.notes,
  ): Promise<Transaction | undefined> => {
    if (isSameUser(transaction.user, user) && notes === transaction.notes) return transaction
    const bound = { ...transaction, user, notes, version: transaction.version + 1 }
    return (await core.store.replaceTransaction(bound, core.now())) ? bound : undefined
  }

  /** For a page that was opened twice at once, as browsers do to be early. */
  const rebind = async (request: Request, handle: string, user: User | undefined): Promise<Transaction | undefined> => {
    const current = await core.resume(request, handle)
    return current && bind(current, user)
  }

  const ask = async (request: Request, resumed: Resumed): Promise<Response> => {
    const who = await login.identify(request, resumed)
    if (who instanceof Response) return who
    const before = who && (await recall(core, resumed.transaction, who))
    if (who && before?.isEnough) return core.approve(resumed.transaction, { user: who })
    const transaction = (await bind(resumed.transaction, who)) ?? (await rebind(request, resumed.handle, who))
    const resource = transaction && core.resources.find(transaction.resource)
    if (!resource) return isOver()
    const { client, redirectUri, scopes } = transaction
    await core.tell({
      type: 'consent.shown',
      clientId: client.id,
      resource: resource.resource,
      scopes,
      subject: who?.userId,
    })
    return consentPage({
      handle: resumed.handle,
      client,
      redirectUri,
      resource,
      scopes,
      before: before?.scopes ?? [],
      user: who,
      provider: login.provider,
      canSwitch: login.forget !== undefined,
      operator,
      lastingDays: client.grants.includes('refresh_token') ? lastingDays : undefined,
      paths: { decide: core.url(CONSENT), switch: core.url(SWITCH) },
    })
  }

  /** The scopes that were left ticked, and those that have no box; `undefined` when the form names others. */
  const allowed = ({ form, transaction }: Posted): readonly string[] | undefined => {
    const ticked = form.getAll('scope')
    if (!ticked.every((scope) => transaction.scopes.includes(scope))) return undefined
    const described = core.resources.find(transaction.resource)?.scopes
    return transaction.scopes.filter((scope) => ticked.includes(scope) || described?.get(scope)?.baseline)
  }

  const decide = async (_request: Request, posted: Posted): Promise<Response> => {
    const { transaction, form, handle } = posted
    const scopes = allowed(posted)
    const decision = form.getAll('decision').join(' ')
    if (scopes === undefined || (decision !== 'approve' && decision !== 'deny')) {
      return problemPage(
        400,
        'This answer does not fit the question',
        'Nothing was allowed. Start again from the application.',
      )
    }
    // A person who takes every tick away has said no.
    if (decision === 'deny' || (scopes.length === 0 && transaction.scopes.length > 0)) return core.deny(transaction)
    if (transaction.user) return complete(transaction, transaction.user, scopes)
    return login.provider ? login.provider.begin({ transaction, handle }, scopes) : isOver()
  }

  const change = async (_request: Request, { transaction, handle }: Posted): Promise<Response> => {
    if (!login.forget || !(await bind(transaction, undefined, { other: 'account' }))) return isOver()
    const response = redirect(consentUrl(handle))
    response.headers.append('set-cookie', login.forget())
    return response
  }

  const routes = new Map<string, Route>([
    ...login.routes,
    [CONSENT, pageWithForm(resumedPage(core, ask), postedForm(core, decide))],
    [SWITCH, pageWithForm(isOver, postedForm(core, change))],
  ])

  const step: ConsentStep = async (begun, request) => {
    const who = await login.identify(request, begun)
    if (who instanceof Response) return who
    if (who && (await recall(core, begun.transaction, who)).isEnough) {
      return core.approve(begun.transaction, { user: who })
    }
    return redirect(consentUrl(begun.handle))
  }

  return { admit: login.admit, step, routes }
}
