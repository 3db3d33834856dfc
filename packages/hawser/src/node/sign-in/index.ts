/**
 * Signing in on Node: with the browser of this machine, tokens in sealed files, and a look at every address that a server names.
 *
 * @example
 * import { connect } from 'hawser'
 * import { signIn } from 'hawser/node/sign-in'
 * await using notes = await connect('https://notes.example.com/mcp', { http: { auth: signIn() } })
 */
import {
  clientCredentials as clientCredentialsAnywhere,
  type Discovered,
  discoverIssuer as discoverIssuerAnywhere,
  enterprise as enterpriseAnywhere,
  type Fetch,
  type SignIn,
  signIn as signInAnywhere,
  type SignInOptions,
  workload as workloadAnywhere,
} from '../../auth/client/index.ts'
import { browser } from './browser.ts'
import { fileCredentials } from './file-credentials.ts'
import { createGuardedFetch } from './guarded-fetch.ts'

export * from '../../auth/client/index.ts'
export { browser, type BrowserOptions } from './browser.ts'
export { fileCredentials, type FileCredentialsOptions } from './file-credentials.ts'
export { createGuardedFetch } from './guarded-fetch.ts'
export type { Keychain } from './keychain.ts'
export { openBrowser } from './open-browser.ts'

const guardedFetch = createGuardedFetch()

/** Where nothing else is said. */
const guarded = <T extends { readonly fetch?: Fetch | undefined }>(options: T): T => ({
  ...options,
  fetch: options.fetch ?? guardedFetch,
})

const showPage = (page: URL, opened: boolean): void => {
  if (!opened) console.error(`To sign in, open this page in a browser of this machine:\n${page.href}`)
}

/**
 * As `signIn` of `hawser/sign-in`, with a browser, sealed files and guarded requests where nothing else is said. Without a person to
 * ask, `ask: undefined` uses what is stored.
 *
 * @example const auth = signIn({ maxScopes: ['notes:read'] })
 */
export const signIn = (options: SignInOptions = {}): SignIn =>
  signInAnywhere({
    ...guarded(options),
    ask: 'ask' in options ? options.ask : browser({ onPage: showPage }),
    store: options.store ?? fileCredentials(),
  })

/**
 * As `clientCredentials` of `hawser/sign-in`, with guarded requests.
 *
 * @example const auth = clientCredentials({ client: { id: 'nightly', issuer: 'https://login.example.com', secret } })
 */
export const clientCredentials: typeof clientCredentialsAnywhere = (options) =>
  clientCredentialsAnywhere(guarded(options))

/**
 * As `workload` of `hawser/sign-in`, with guarded requests.
 *
 * @example const auth = workload({ client: { id: 'nightly', issuer }, assertion: readServiceToken })
 */
export const workload: typeof workloadAnywhere = (options) => workloadAnywhere(guarded(options))

/**
 * As `enterprise` of `hawser/sign-in`, with guarded requests.
 *
 * @example const auth = enterprise({ provider, idToken, client })
 */
export const enterprise: typeof enterpriseAnywhere = (options) => enterpriseAnywhere(guarded(options))

/**
 * As `discoverIssuer` of `hawser/sign-in`, with guarded requests.
 *
 * @example const { issuer } = await discoverIssuer('https://notes.example.com/mcp')
 */
export const discoverIssuer = (
  server: string | URL,
  options: Parameters<typeof discoverIssuerAnywhere>[1] = {},
): Promise<Discovered> => discoverIssuerAnywhere(server, guarded(options))
