import { processRevocationResponse, WWWAuthenticateChallengeError } from 'oauth4webapi'

/** What a refusal says about how it can be settled. */
export interface Challenge {
  readonly scheme: 'bearer' | 'dpop'
  readonly error: string | undefined
  readonly scopes: readonly string[]
  /** Where the metadata of the resource is. (RFC 9728 §5.1) */
  readonly resourceMetadata: string | undefined
}

/** What is longer is no challenge; what reads them is not linear. */
const MAX_LENGTH = 8192
const MAX_SCOPES = 64
/** Scopes of any list. All that were granted are asked for again, in the address of a page. */
const MAX_LISTED = 256
const SCHEMES = ['bearer', 'dpop'] as const
const SCOPE = /^[!#-[\]-~]{1,256}$/

/**
 * Reads the challenges of a `WWW-Authenticate` header that are about tokens. Descriptions are not read: they are words of strangers.
 *
 * @example (await readChallenges('Basic realm="x", Bearer scope="a b"'))[0].scopes // ['a', 'b']
 * @see RFC 9110 §11.6.1, RFC 6750 §3
 */
export async function readChallenges(header: string | null): Promise<readonly Challenge[]> {
  if (header === null || header.length > MAX_LENGTH) return []
  // The library reads the header of any response, and this is the shortest way to it.
  const response = new Response(null, { status: 401, headers: { 'www-authenticate': header } })
  const error = await processRevocationResponse(response).catch((thrown: unknown) => thrown)
  if (!(error instanceof WWWAuthenticateChallengeError)) return []
  return error.cause.flatMap(({ scheme, parameters }): Challenge[] => {
    const known = SCHEMES.find((each) => each === scheme)
    if (known === undefined) return []
    const parameter = (name: string): string | undefined =>
      Object.hasOwn(parameters, name) ? parameters[name as 'error'] : undefined
    return [
      {
        scheme: known,
        error: parameter('error'),
        scopes: readScopes(parameter('scope')).slice(0, MAX_SCOPES),
        resourceMetadata: parameter('resource_metadata'),
      },
    ]
  })
}

/** The challenge for tokens of the kind that is used, or else the first. */
export const chooseChallenge = (challenges: readonly Challenge[], usesDpop: boolean): Challenge | undefined =>
  challenges.find(({ scheme }) => scheme === (usesDpop ? 'dpop' : 'bearer')) ?? challenges[0]

/** The scopes of a list, each once; the first 256 of them. What is not one is left out. (RFC 6749 §3.3) */
export const readScopes = (text: string | undefined): string[] =>
  [...new Set((text ?? '').split(' ').filter((scope) => SCOPE.test(scope)))].slice(0, MAX_LISTED)
