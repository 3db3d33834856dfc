import { addressKey } from './address-key.ts'
import { createClientDocuments, ClientDocumentError, type ClientDocumentsOptions } from './cimd/client-documents.ts'
import { looksLikeUrl } from './cimd/client-id-url.ts'
import type { ClientSource } from './client.ts'
import { labelOf, tellClient } from './client-label.ts'
import { createConsent } from './consent/create-consent.ts'
import type { Core, CreateFront, Route } from './core.ts'
import { createGrantsPage } from './grants/create-grants-page.ts'
import { OAuthError } from './oauth-error.ts'
import { callbackLogin, type LoginCallback, type LoginMethod } from './login/login.ts'
import { createRegistration, type RegistrationOptions } from './register/registration.ts'

export interface FrontOptions {
  /** `devLogin()`, `upstreamLogin({ … })`, or a function that says who sent the request, or how to find out. */
  readonly login: LoginCallback | LoginMethod
  /** Who runs this server, as people know it; on every page. */
  readonly operator?: string | undefined
  /** Clients whose `client_id` is the address of a document: how it is fetched. Without it they are not known. */
  readonly clientDocuments?: ClientDocumentsOptions | undefined
  /** Lets clients register themselves, for those that can do nothing else; off unless given. */
  readonly registration?: RegistrationOptions | boolean | undefined
  /** The address of who sent a request, for limits; from the socket or a proxy that you trust. */
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
}

export interface FrontContext {
  readonly redirectSchemes: ReadonlySet<string>
  /** How long a grant lives, in milliseconds. */
  readonly grantLifetime: number
}

const DAY = 86_400_000

const unavailable = (): OAuthError =>
  new OAuthError('temporarily_unavailable', 'The document of the client cannot be had now. Try again in a minute.', 503)

const documentSource = (
  core: Core,
  options: ClientDocumentsOptions,
  front: FrontOptions & FrontContext,
): ClientSource => {
  const documents = createClientDocuments(options, {
    own: [core.issuer, ...core.resources.all.map(({ resource }) => resource)],
    redirectSchemes: front.redirectSchemes,
    now: core.now,
    documents: core.store,
    hit: async (bucket, limit, windowMs) =>
      core.store.hit(await core.digest('address', bucket), limit, windowMs, core.now()),
    changed: (client) => core.tell({ type: 'client.changed', ...tellClient(client.id, labelOf(client)) }),
  })
  return async (clientId, request) => {
    if (!looksLikeUrl(clientId)) return undefined
    const address = request && front.clientAddress?.(request)
    try {
      return await documents.load(clientId, {
        address: address === undefined ? undefined : await addressKey(core, address),
      })
    } catch (error) {
      if (!(error instanceof ClientDocumentError)) throw error
      await core.tell({ type: 'client.refused', clientId: clientId.slice(0, 256), reason: error.code })
      // Not `invalid_client`: a client that hears it forgets its tokens.
      if (error.isPassing) throw unavailable()
      return undefined
    }
  }
}

/** What stands before the token endpoint, from its options. */
export const createFront =
  (options: FrontOptions, context: FrontContext): CreateFront =>
  (core) => {
    const { login, operator, clientDocuments, registration } = options
    const { grantLifetime } = context
    const all = { ...options, ...context }
    const place = { name: operator, host: new URL(core.issuer).host }
    const pages = createConsent(core, {
      login: typeof login === 'function' ? callbackLogin(login) : login.start,
      operator: place,
      clientAddress: options.clientAddress ?? (() => undefined),
      lastingDays: Math.ceil(grantLifetime / DAY),
    })
    const registered = registration
      ? createRegistration(core, registration === true ? {} : registration, all)
      : undefined
    return {
      admit: pages.login.admit,
      consent: pages.step,
      routes: new Map<string, Route>([
        ...pages.routes,
        createGrantsPage(core, { login: pages.login, operator: place }),
        ...(registered ? [registered.route] : []),
      ]),
      clients: [
        ...(clientDocuments ? [documentSource(core, clientDocuments, all)] : []),
        ...(registered ? [registered.clients] : []),
      ],
      metadata: {
        ...(clientDocuments && { client_id_metadata_document_supported: true }),
        ...(registered && { registration_endpoint: core.url(registered.route[0]) }),
      },
    }
  }
