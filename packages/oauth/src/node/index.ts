export { type NodeHandler, nodeHandler, socketAddress } from './node-handler.ts'
export { publicDocuments, type PublicDocumentsOptions } from './public-documents.ts'
export { sqliteStore, type SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'
