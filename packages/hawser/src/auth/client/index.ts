export type { Ask, Callback, DeviceCode } from './ask.ts'
export type { Fetch, FetchInit } from './bounded-fetch.ts'
export { checkAddress, type Reach, reachOf, type Surroundings } from './address.ts'
export type { PrivateKey } from './client-auth.ts'
export type { ClientIdentity, RegisteredClient } from './identify-client.ts'
export type { EnterpriseOptions, WorkloadOptions } from './machine-grants.ts'
export { pasteAddress, type PasteOptions } from './paste-address.ts'
export { Secret } from './secret.ts'
export type { StepUp } from './choose-scopes.ts'
export {
  type Account,
  type Begun,
  clientCredentials,
  type CommonOptions,
  type Discovered,
  discoverIssuer,
  enterprise,
  type PersonSignIn,
  type SignIn,
  signIn,
  type SignInOptions,
  workload,
} from './sign-in.ts'
export { SignInError, type SignInProblem } from './sign-in-error.ts'
export { type CredentialStore, memoryCredentials } from './store.ts'
