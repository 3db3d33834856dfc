import { createHash, randomBytes } from 'node:crypto'
import type { Person } from './caller.ts'
import { CALLBACK, ISSUER, RESOURCE } from './place.ts'
import type { Desk, WorkerName } from './start-desk.ts'

export interface Tokens {
  readonly access_token?: string
  readonly refresh_token?: string
  readonly error?: string
}

export interface IssuedCode {
  readonly code: string
  readonly verifier: string
  readonly clientId: string
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** Registers a program. */
export async function register(desk: Desk, worker: WorkerName, person: Person): Promise<string> {
  const response = await desk.ask(worker, '/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user': person },
    body: JSON.stringify({ redirect_uris: [CALLBACK], client_name: 'App', token_endpoint_auth_method: 'none' }),
  })
  const { client_id } = (await response.json()) as { readonly client_id?: string }
  if (client_id === undefined) throw new Error(`registration: HTTP ${response.status}`)
  return client_id
}

/** Signs in on the pages of the issuer and allows what is asked; the code that the program is sent. */
export async function signIn(desk: Desk, worker: WorkerName, person: Person, clientId = 'app'): Promise<IssuedCode> {
  const cookies = new Map<string, string>()
  const visit = async (target: URL, init: RequestInit = {}): Promise<{ page: Response; url: URL }> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(init.headers as Record<string, string>), cookie, 'x-user': person }
    const page = await desk.ask(worker, target.pathname + target.search, { ...init, headers })
    for (const set of page.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = page.headers.get('location')
    if (location === null) return { page, url: target }
    const url = new URL(location, ISSUER)
    await page.text()
    return url.href.startsWith(CALLBACK) ? { page, url } : visit(url)
  }
  const verifier = randomBytes(32).toString('base64url')
  const query = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: CALLBACK,
    resource: RESOURCE,
    scope: 'use',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  const { page, url } = await visit(new URL(`/authorize?${new URLSearchParams(query)}`, ISSUER))
  const html = await page.text()
  const [, handle] = /name="handle" value="([\w-]+)"/.exec(html) ?? []
  const [, action = ''] = /<form method="post" action="([^"]*\/consent)">/.exec(html) ?? []
  if (handle === undefined) throw new Error(`sign-in: HTTP ${page.status} and no form at ${url.pathname}`)
  const answered = await visit(new URL(action, ISSUER), {
    method: 'POST',
    headers: { ...FORM, origin: ISSUER, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams([
      ['handle', handle],
      ['decision', 'approve'],
      ['scope', 'use'],
    ]).toString(),
  })
  const code = answered.url.searchParams.get('code')
  if (code === null) throw new Error(`consent: HTTP ${answered.page.status} and no code`)
  return { code, verifier, clientId }
}

const askToken = async (desk: Desk, worker: WorkerName, form: Readonly<Record<string, string>>): Promise<Tokens> => {
  const body = new URLSearchParams(form).toString()
  const response = await desk.ask(worker, '/token', { method: 'POST', headers: FORM, body })
  return response.status < 500 ? ((await response.json()) as Tokens) : { error: `HTTP ${response.status}` }
}

export const redeem = (desk: Desk, worker: WorkerName, { code, verifier, clientId }: IssuedCode): Promise<Tokens> =>
  askToken(desk, worker, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  })

export const refresh = (desk: Desk, worker: WorkerName, clientId: string, token: string): Promise<Tokens> =>
  askToken(desk, worker, { grant_type: 'refresh_token', client_id: clientId, refresh_token: token })
