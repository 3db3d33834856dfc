import { redirect } from '../answer.ts'
import { escapeHtml } from '../consent/display-text.ts'
import { pageResponse, placeLine, problemPage } from '../consent/page.ts'
import { isOver, pageWithForm, readOwnForm, resumedPage, single } from '../consent/posted-form.ts'
import type { Route } from '../core.ts'
import type { LoginContext, LoginMethod, RunningLogin } from './login.ts'
import { createSessions } from './session.ts'

export interface DevLoginOptions {
  /** The name that the page suggests. */
  readonly suggest?: string
}

const LOGIN = '/login'
const NAME = /^[\w.@+-]{1,64}$/
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/
/** Whoever sends one of these is a proxy, and behind a proxy may be anybody. */
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']
/** That of an edge; on the own computer the runtime of Workers says it, too. */
const OF_EDGE = 'cf-connecting-ip'

/** The whole of it: a list of addresses has passed through others. */
const OWN_ADDRESS = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/

/** By the name that was asked for, by who passed it on, and by the address where the operator tells it. */
const isFromHere = (request: Request, address: string | undefined): boolean =>
  LOOPBACK.test(new URL(request.url).hostname) &&
  LOOPBACK.test((request.headers.get('host') ?? 'localhost').replace(/:\d+$/, '')) &&
  !OF_PROXIES.some((name) => request.headers.has(name)) &&
  OWN_ADDRESS.test(request.headers.get(OF_EDGE) ?? '::1') &&
  (address === undefined || OWN_ADDRESS.test(address))

const notHere = (): Response =>
  problemPage(
    403,
    'This sign-in works on this computer only',
    'The operator has to set up a real sign-in before others can use it.',
  )

/**
 * A sign-in without a password, for trying things out offline: whoever uses this computer signs in under any name. It refuses
 * to start unless the issuer is a loopback address over http, and refuses every request that came through a proxy.
 *
 * @throws TypeError when the server starts with any other issuer.
 * @example
 * createOAuth({ issuer: 'http://localhost:3000', login: devLogin(), … })
 */
export function devLogin({ suggest = 'dev' }: DevLoginOptions = {}): LoginMethod {
  return { start: (context) => startDevLogin(context, suggest) }
}

function startDevLogin(
  { core, operator, clientAddress, consentUrl, grantsUrl }: LoginContext,
  suggest: string,
): RunningLogin {
  const { protocol, hostname } = new URL(core.issuer)
  if (protocol !== 'http:' || !LOOPBACK.test(hostname)) {
    throw new TypeError(
      `devLogin lets anybody in, so it needs an issuer like http://localhost:3000; it is ${core.issuer}. Give the option login a sign-in of your own.`,
    )
  }
  const sessions = createSessions(core, 'dev')
  const admit = (request: Request): Response | undefined =>
    isFromHere(request, clientAddress(request)) ? undefined : notHere()

  /** Without a handle it leads to what the person allowed. */
  const form = (handle: string | undefined, name: string, problem = ''): Response =>
    pageResponse({
      title: `Sign in – ${operator.host}`,
      status: problem === '' ? 200 : 400,
      // The sign-in may lead to a client at once, when what it asks was allowed before.
      formTargets: ['https:'],
      main: `${placeLine(operator)}
<h1>Sign in for development</h1>
<div class="warn" role="note"><b>There is no password.</b> Whoever uses this computer can sign in here under any name.</div>
<form method="post" action="${escapeHtml(core.url(LOGIN))}">
${handle === undefined ? '' : `<input type="hidden" name="handle" value="${escapeHtml(handle)}">`}
<p class="after"><label for="name">Name</label>
<input type="text" id="name" name="name" value="${escapeHtml(name)}" autocomplete="username" required maxlength="64" aria-describedby="rule"></p>
<p class="soft" id="rule"${problem === '' ? '' : ' role="alert"'}>${problem || 'Letters, digits and . @ + - _'}</p>
<button class="button wide">Sign in</button>
</form>`,
    })

  const enter = async (fields: URLSearchParams, handle?: string): Promise<Response> => {
    const name = fields.get('name') ?? ''
    if (!NAME.test(name)) return form(handle, suggest, 'Use letters, digits and . @ + - _, 64 at most.')
    const response = redirect(handle === undefined ? grantsUrl : consentUrl(handle))
    response.headers.append(
      'set-cookie',
      await sessions.write({ userId: name, displayName: name, authTime: core.now() }),
    )
    return response
  }

  const page: Route = (request) => {
    const refusal = admit(request)
    if (refusal) return refusal
    if (!new URL(request.url).searchParams.has('handle')) return form(undefined, suggest)
    return resumedPage(core, async (_request, { handle }) => form(handle, suggest))(request)
  }

  const posted: Route = async (request) => {
    const refusal = admit(request)
    if (refusal) return refusal
    const fields = await readOwnForm(request, core.issuer)
    if (fields instanceof Response) return fields
    if (!fields.has('handle')) return enter(fields)
    const handle = single(fields, 'handle')
    return (await core.resume(request, handle)) ? enter(fields, handle) : isOver()
  }

  return {
    admit,
    identify: async (request, { handle }) =>
      admit(request) ??
      (await sessions.read(request)) ??
      redirect(`${core.url(LOGIN)}?handle=${encodeURIComponent(handle)}`),
    visit: async (request) => admit(request) ?? (await sessions.read(request)) ?? redirect(core.url(LOGIN)),
    forget: sessions.forget,
    routes: new Map<string, Route>([[LOGIN, pageWithForm(page, posted)]]),
  }
}
