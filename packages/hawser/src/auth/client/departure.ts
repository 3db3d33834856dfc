import type { AuthorizationServer } from 'oauth4webapi'
import type { Found } from './discover.ts'
import { own, ownText, ownTexts, readObject } from './json.ts'
import { Secret } from './secret.ts'
import type { KeyedDeparture } from './session.ts'
import { SignInError } from './sign-in-error.ts'

/** As text for whoever keeps it. It holds secrets. */
export function encodeDeparture({ registration, key, ...rest }: KeyedDeparture): string {
  return JSON.stringify({ v: 1, ...rest, registration: registration?.reveal(), key: key?.reveal() })
}

/**
 * Reads what `encodeDeparture` wrote: it was kept where nobody else writes.
 *
 * @throws SignInError `bad_callback` for what this release does not know how to read.
 */
export function decodeDeparture(text: string): KeyedDeparture {
  const value = readObject(text)
  const found = readObject(JSON.stringify(value === undefined ? undefined : own(value, 'found')) ?? '')
  if (value === undefined || found === undefined || own(value, 'v') !== 1)
    throw new SignInError('bad_callback', 'This visit was begun by another version. Begin again.')
  const get = (name: string): string => ownText(value, name) ?? ''
  const secret = (name: string): Secret | undefined => {
    const held = ownText(value, name)
    return held === undefined ? undefined : new Secret(held)
  }
  return {
    server: get('server'),
    found: readFound(found),
    scopes: ownTexts(value, 'scopes') ?? [],
    redirectUri: get('redirectUri'),
    state: get('state'),
    verifier: get('verifier'),
    clientId: get('clientId'),
    registration: secret('registration'),
    key: secret('key'),
  }
}

const readFound = (found: Readonly<Record<string, unknown>>): Found => ({
  resource: ownText(found, 'resource') ?? '',
  issuer: ownText(found, 'issuer') ?? '',
  place: ownText(found, 'place'),
  // Checked when it was found.
  as: own(found, 'as') as AuthorizationServer,
  scopes: ownTexts(found, 'scopes'),
  isGuessed: own(found, 'isGuessed') === true,
})
