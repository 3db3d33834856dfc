/** How the client of the suite signs in, by scenario. */
import { clientCredentials, discoverIssuer, enterprise, signIn, type SignIn, workload } from 'hawser/sign-in'
import { robot } from './robot.ts'

/** What the suite tells of a scenario. */
type Context = Readonly<Record<string, string>>

/** Where the document that describes this client would be. */
const METADATA_URL = 'https://conformance-test.local/client-metadata.json'

const asPerson = (more: Parameters<typeof signIn>[0] = {}): SignIn =>
  signIn({ client: { name: 'everything-client', metadataUrl: METADATA_URL }, ask: robot, ...more })

const WAYS: ReadonlyMap<string, (url: string, context: Context) => SignIn | Promise<SignIn>> = new Map<
  string,
  (url: string, context: Context) => SignIn | Promise<SignIn>
>([
  [
    'auth/pre-registration',
    async (url, { client_id: id = '', client_secret: secret }) =>
      asPerson({ client: { registered: { id, secret, issuer: (await discoverIssuer(url)).issuer } } }),
  ],
  [
    'auth/client-credentials-basic',
    async (url, { client_id: id = '', client_secret: secret }) =>
      clientCredentials({ client: { id, secret, issuer: (await discoverIssuer(url)).issuer } }),
  ],
  [
    'auth/client-credentials-jwt',
    async (url, { client_id: id = '', private_key_pem: pem = '' }) => {
      const privateKey = { key: await importKey(pem) }
      return clientCredentials({ client: { id, privateKey, issuer: (await discoverIssuer(url)).issuer } })
    },
  ],
  ['auth/enterprise-managed-authorization', signInByEnterprise],
  ['auth/cross-app-access-complete-flow', signInByEnterprise],
  [
    'auth/wif-jwt-bearer',
    async (url, { client_id: id = '', valid_jwt: jwt = '' }) =>
      workload({ client: { id, issuer: (await discoverIssuer(url)).issuer }, assertion: () => jwt }),
  ],
  ['auth/dpop', () => asPerson({ dpop: true })],
  ['auth/dpop-nonce', () => asPerson({ dpop: true })],
  ['auth/2025-03-26-oauth-metadata-backcompat', () => asPerson({ guessIssuer: true })],
  ['auth/2025-03-26-oauth-endpoint-fallback', () => asPerson({ guessIssuer: true })],
])

async function signInByEnterprise(url: string, context: Context): Promise<SignIn> {
  const { client_id: id = '', client_secret: secret, idp_client_id: idpId = '', idp_issuer: issuer = '' } = context
  return enterprise({
    provider: { id: idpId, issuer },
    idToken: () => context['idp_id_token'] ?? '',
    client: { registered: { id, secret, issuer: (await discoverIssuer(url)).issuer } },
  })
}

const importKey = (pem: string): Promise<CryptoKey> => {
  const der = Uint8Array.from(atob(pem.replace(/-----[A-Z ]+-----|\s/g, '')), (each) => each.charCodeAt(0))
  return crypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}

/** The way that a scenario wants, or the usual one. */
export async function chooseSignIn(scenario: string, url: string, context: Context): Promise<SignIn> {
  return (await WAYS.get(scenario)?.(url, context)) ?? asPerson()
}
