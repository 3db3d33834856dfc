export { BindingError } from './binding.ts'
export { durableStore, type DurableStoreOptions } from './durable-store.ts'
export { OAuthObject } from './oauth-object.ts'
export { publicDocuments } from './public-documents.ts'
