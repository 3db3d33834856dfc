import type { TokenEndpointResponse } from 'oauth4webapi'
import { ConnectionError } from '../../call/index.ts'
import { isPrivateWay } from './address.ts'
import type { Ask } from './ask.ts'
import { authorizeByCode, checkPkce, openVisit, redeemVisit } from './authorize-by-code.ts'
import { authorizeByDevice } from './authorize-by-device.ts'
import type { KnownClient } from './client-auth.ts'
import type { Application, Grant, Obtained } from './grant.ts'
import {
  type ClientIdentity,
  decodeClient,
  encodeClient,
  identifyClient,
  namedClient,
  registrationKey,
} from './identify-client.ts'
import { SignInError } from './sign-in-error.ts'

/** Milliseconds that a person has to sign in. */
const PATIENCE = 5 * 60_000

export interface PersonGrantOptions {
  readonly client: ClientIdentity
  /** Without it nobody can be asked, and only what is stored is used. */
  readonly ask: Ask | undefined
  readonly assumePkce: readonly string[]
}

/** Where the way back that an issuer knows is kept. */
const redirectKey = (issuer: string): string => `redirect ${issuer}`

/** What stands for a way back where there is none. */
const NO_WAY_BACK = ''

/** @throws TypeError for an address at which others could read what comes back. */
function checkWayBack(redirectUri: string): void {
  const url = URL.parse(redirectUri)
  if (url === null || !isPrivateWay(url))
    throw new TypeError('Expected a redirectUri with https, or with http on this machine.')
}

/** A person signs in at the issuer. */
export function personGrant({ client: identity, ask, assumePkce }: PersonGrantOptions): Grant {
  const identify = (application: Application, redirectUri: string): Promise<KnownClient> =>
    identifyClient({ ...application, identity, redirectUri, usesDpop: application.dpop !== undefined, now: Date.now() })

  const registrationOf = ({ found }: Application, client: KnownClient) =>
    namedClient(identity, found) === undefined ? encodeClient(client) : undefined

  /**
   * A registration that led to nothing is forgotten, so that the next attempt makes one: an issuer that has forgotten it shows that to
   * the person only, and sends nobody back.
   */
  const withClient = async (
    application: Application,
    redirectUri: string,
    client: KnownClient,
    use: () => Promise<TokenEndpointResponse>,
  ): Promise<Obtained> => {
    try {
      return { response: await use(), clientId: client.id, registration: registrationOf(application, client) }
    } catch (error) {
      const saysNothing =
        error instanceof ConnectionError || (error instanceof SignInError && error.problem === 'denied')
      if (!saysNothing) await application.store.delete(registrationKey(application.found.issuer, redirectUri))
      throw error
    }
  }

  const obtain: Grant['obtain'] = async (application) => {
    const { found, store } = application
    const { host } = new URL(found.issuer)
    if (ask === undefined)
      throw new SignInError('needs_person', `Somebody has to sign in at ${host}, and nobody can be asked here.`, {
        scopes: application.scopes,
      })
    if ('showCode' in ask) {
      const client = await identify(application, NO_WAY_BACK)
      return withClient(application, NO_WAY_BACK, client, () => authorizeByDevice(application, client, ask.showCode))
    }
    // Before anything opens.
    checkPkce(found, assumePkce)
    const callback = await ask.open(await store.get(redirectKey(found.issuer)))
    try {
      const { redirectUri } = callback
      checkWayBack(redirectUri)
      await store.set(redirectKey(found.issuer), redirectUri)
      const signal = AbortSignal.any([application.signal, AbortSignal.timeout(PATIENCE)])
      const client = await identify(application, redirectUri)
      return await withClient(application, redirectUri, client, () =>
        authorizeByCode({ ...application, signal }, client, callback).catch((error: unknown) => {
          throw signal.aborted ? new SignInError('needs_person', `Nobody signed in at ${host} in time.`) : error
        }),
      )
    } finally {
      await callback.close()
    }
  }

  const depart: Grant['depart'] = async (application, redirectUri) => {
    const { found, scopes } = application
    checkPkce(found, assumePkce)
    checkWayBack(redirectUri)
    const client = await identify(application, redirectUri)
    const { page, ...visit } = await openVisit(application, client, redirectUri)
    const registration = registrationOf(application, client)
    return { page, departure: { ...visit, found, scopes, redirectUri, clientId: client.id, registration } }
  }

  const arrive: Grant['arrive'] = async (application, departure, back) => {
    const { redirectUri, clientId, registration } = departure
    const client = recall(application.found, registration)
    if (client?.id !== clientId)
      throw new SignInError('bad_callback', 'The client was another one when this visit began. Begin again.')
    return withClient(application, redirectUri, client, () =>
      redeemVisit(application, client, redirectUri, departure, back),
    )
  }

  const recall: Grant['recall'] = (found, registration) =>
    namedClient(identity, found) ?? decodeClient(registration?.reveal(), Date.now())

  return {
    client: identity.registered,
    asksPerson: true,
    isMute: ask === undefined,
    obtain,
    depart,
    arrive,
    recall,
  }
}
