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
  enterprise as enterpriseAnywhere,
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

/** As `signIn` of `hawser/sign-in`, with a browser, sealed files and guarded requests where nothing else is said. */
export const signIn = (options: SignInOptions = {}): SignIn =>
  signInAnywhere({
    fetch: guardedFetch,
    // `ask: undefined` asks nobody.
    ...('ask' in options ? {} : { ask: browser({ onPage: showPage }) }),
    ...options,
    store: options.store ?? fileCredentials(),
  })

const showPage = (page: URL, opened: boolean): void => {
  if (!opened) console.error(`To sign in, open this page in a browser of this machine:\n${page.href}`)
}

/** As `clientCredentials` of `hawser/sign-in`, with guarded requests. */
export const clientCredentials: typeof clientCredentialsAnywhere = (options) =>
  clientCredentialsAnywhere({ fetch: guardedFetch, ...options })

/** As `workload` of `hawser/sign-in`, with guarded requests. */
export const workload: typeof workloadAnywhere = (options) => workloadAnywhere({ fetch: guardedFetch, ...options })

/** As `enterprise` of `hawser/sign-in`, with guarded requests. */
export const enterprise: typeof enterpriseAnywhere = (options) =>
  enterpriseAnywhere({ fetch: guardedFetch, ...options })
