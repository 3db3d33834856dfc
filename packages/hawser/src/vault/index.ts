export { Credentials, type CredentialValues } from './credentials.ts'
export { memoryVault } from './memory-vault.ts'
export type { StoredCredentials, VaultStore } from './store.ts'
export { createVault, type Vault, type VaultOptions, type Vaults, type VaultService } from './vault.ts'
