export { publicDocuments, type PublicDocumentsOptions } from './public-documents.ts'
