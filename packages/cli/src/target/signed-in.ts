import type { SignIn, SignInOptions } from 'hawser/node/sign-in'

/** How somebody signed in at a server, for the commands that come after. Secrets are in the environment, not here. */
export interface Login {
  readonly client?: { readonly id: string; readonly issuer: string }
  readonly dpop?: boolean
  readonly guessIssuer?: boolean
  readonly privateNetwork?: boolean
}

/** The secret of a client that is registered with one. */
export const SECRET = 'HAWSER_CLIENT_SECRET'

/** Where it is kept how somebody signed in. */
const keyOf = (url: string): string => `login ${new URL(url).href}`

/** Signs in as was said, with whatever is asked. */
export async function createSignIn(
  login: Login,
  ask: SignInOptions['ask'],
  scopes: readonly string[] = [],
): Promise<SignIn> {
  const { signIn } = await import('hawser/node/sign-in')
  const { client, ...flags } = login
  const secret = process.env[SECRET]
  return signIn({
    ...flags,
    client: {
      name: 'hawser',
      ...(client && { registered: { ...client, ...(secret !== undefined && secret !== '' && { secret }) } }),
    },
    ask,
    scopes,
  })
}

/** What an earlier `hawser login` for this server left, which asks nobody. */
export async function findSignIn(url: string): Promise<SignIn | undefined> {
  const { fileCredentials } = await import('hawser/node/sign-in')
  // Who cannot read the folder has not signed in there, and needs it for nothing else.
  const text = await fileCredentials()
    .get(keyOf(url))
    .catch(() => undefined)
  return text === undefined ? undefined : createSignIn(JSON.parse(text) as Login, undefined)
}

export async function keepLogin(url: string, login: Login): Promise<void> {
  const { fileCredentials } = await import('hawser/node/sign-in')
  await fileCredentials().set(keyOf(url), JSON.stringify(login))
}

export async function forgetLogin(url: string): Promise<void> {
  const { fileCredentials } = await import('hawser/node/sign-in')
  await fileCredentials().delete(keyOf(url))
}
