import { ConnectionError } from 'hawser'
import {
  clientCredentials,
  enterprise,
  memoryCredentials,
  pasteAddress,
  type RegisteredClient,
  signIn,
  workload,
} from 'hawser/sign-in'
import { expect, it } from 'vitest'

const issuer = 'https://login.example.com'
const secret = 'a secret'
const terminal = { question: (words: string) => Promise.resolve(words) }
const readServiceToken = (audience: string) => `a token for ${audience}`
const idToken = () => 'a token of a person'
const registered: RegisteredClient = { id: 'host', issuer, secret }
const store = memoryCredentials()
const url = 'https://notes.invalid/mcp'
interface Kept {
  readonly page: URL
  readonly state: string
  readonly visit: string
}
const { privateKey: key } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])

it('are as many as the page says', async () => {
  // #region people
  const ask = pasteAddress({
    show: (page) => console.error(`Open ${page.href}`),
    read: () => terminal.question('The address at which it ends: '),
  })
  const elsewhere = signIn({ ask })
  const byCode = signIn({
    ask: { showCode: ({ userCode, page }) => console.error(`Type ${userCode} in at ${page.href}`) },
  })
  const byStore = signIn({ ask: undefined }) // asks nobody: uses and refreshes what is stored
  // #endregion
  // #region steps
  const auth = signIn({ store }) // shared by all processes that serve people
  const begin = async (): Promise<Kept> => {
    const { page, state, visit } = await auth.begin(url, { redirectUri: 'https://app.example.com/callback' })
    return { page, state, visit } // keep the last two in the session of this browser, and send the browser to the page
  }
  const finish = (kept: Kept, back: URL) => {
    if (back.searchParams.get('state') !== kept.state) throw new Error('Not what this browser was sent for.')
    return auth.finish(url, kept.visit, back) // forget what was kept before you call it: it is for one use
  }
  // #endregion
  await expect(begin()).rejects.toBeInstanceOf(ConnectionError)
  const kept: Kept = { page: new URL(issuer), state: 'a', visit: '{}' }
  expect(() => finish(kept, new URL('https://app.example.com/callback?state=b'))).toThrow('Not what')
  // #region programs
  const bySecret = clientCredentials({ client: { id: 'nightly', issuer, secret } })
  const byKey = clientCredentials({ client: { id: 'nightly', issuer, privateKey: { key, kid: 'k1' } } })
  const byPlatform = workload({
    client: { id: 'nightly', issuer },
    assertion: (audience) => readServiceToken(audience),
  })
  const byCompany = enterprise({
    provider: { id: 'host', issuer: 'https://idp.example.com', secret },
    idToken, // of the person, as the company gave it to this client
    client: { registered },
  })
  // #endregion
  for (const each of [elsewhere, byCode, byStore, bySecret, byKey, byPlatform, byCompany]) {
    expect(await each.whoami('https://notes.example.com/mcp')).toBeUndefined()
  }
})
