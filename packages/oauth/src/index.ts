export { createOAuth, type OAuth, type OAuthOptions } from './create-oauth.ts'
export { devLogin, type DevLoginOptions } from './login/dev-login.ts'
export { memoryStore, type MemoryStoreOptions } from './memory-store.ts'
export { Secret } from './secrets.ts'
export type { ClientDocumentsOptions } from './cimd/client-documents.ts'
export {
  FetchDocumentError,
  type FetchDocument,
  type FetchedDocument,
  type FetchLimits,
} from './cimd/fetch-document.ts'
export type { Client, ClientAuthentication, ClientSource, GrantType } from './client.ts'
export type { Begun, ConsentStep, Decision, Ending } from './consent.ts'
export type { Core, CreateFront, Front, Route } from './core.ts'
export type { OAuthEvent, OnEvent } from './events.ts'
export type { FrontOptions } from './front.ts'
export type { GrantAccess } from './grants/grant-access.ts'
export type { LifetimeOptions } from './lifetimes.ts'
export type { LoginCallback, LoginMethod, LoginRequest } from './login/login.ts'
export type { RegistrationOptions } from './register/registration.ts'
export type { ClientOptions } from './registered-clients.ts'
export type { Resource, ResourceOptions, Resources, ScopeDescription } from './resources.ts'
export type * from './store.ts'
export type { TrustedIssuer } from './token/identity-assertion.ts'
export type { Transaction, User } from './transaction.ts'
