import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import { randomUUID } from 'node:crypto'
import { scriptedPerson } from '../examples/notes/scripted-person.ts'

/** Long enough for all pages of a sign-in. */
const PATIENCE_MS = 10_000

/**
 * What an application gives the official clients so that its user can sign in: keeps everything in memory, as they hand it over.
 *
 * @param metadata What the client registers with besides, or instead.
 */
export function createOAuthProvider(name: string, metadata: Partial<OAuthClientMetadata> = {}) {
  /** Every page that the user was sent to. */
  const asked: URL[] = []
  let state = ''
  let verifier = ''
  let client: StoredOAuthClientInformation | undefined
  let tokens: StoredOAuthTokens | undefined
  let discovered: OAuthDiscoveryState | undefined

  const provider = {
    redirectUrl: 'http://127.0.0.1/callback',
    clientMetadata: {
      client_name: 'Official client',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    },
    state: () => (state = randomUUID()),
    clientInformation: () => client,
    saveClientInformation: (information: StoredOAuthClientInformation) => void (client = information),
    tokens: () => tokens,
    saveTokens: (saved: StoredOAuthTokens) => void (tokens = saved),
    codeVerifier: () => verifier,
    saveCodeVerifier: (saved: string) => void (verifier = saved),
    discoveryState: () => discovered,
    saveDiscoveryState: (saved: OAuthDiscoveryState) => void (discovered = saved),
    redirectToAuthorization: (url: URL) => void asked.push(url),
  } satisfies OAuthClientProvider

  /** The user answers what was asked last; what the browser then brings back. */
  const answer = async (decision: 'approve' | 'deny'): Promise<URLSearchParams> => {
    const page = asked.at(-1)
    if (page === undefined)
      throw new Error('Expected the client to have sent its user to a page, it sent them nowhere.')
    const { visit } = await scriptedPerson(name, decision).open()
    const isBack = ({ host, pathname }: URL): boolean => `${host}${pathname}` === '127.0.0.1/callback'
    const { searchParams } = await visit(page, isBack, AbortSignal.timeout(PATIENCE_MS))
    if (searchParams.get('state') !== state) throw new Error(`Expected the state "${state}", got: ${searchParams}`)
    return searchParams
  }

  return {
    provider,
    asked,
    agree: () => answer('approve'),
    refuse: () => answer('deny'),
    held: () => tokens,
  }
}
