export { type Change, type Changed, type Changes, memoryChanges } from './changes.ts'
export { audio, embed, fail, image, link, text } from './content.ts'
export type { HandlerContext } from './context.ts'
export { createServer, type ServerCore, type ServerOptions, type ServerParts } from './create-server.ts'
export {
  definers,
  type Definers,
  type Effect,
  needs,
  type Prompt,
  type Prompts,
  type Resource,
  type Resources,
  type Tool,
  type Tools,
} from './definitions.ts'
export type { Question } from './interview.ts'
export { createKeyRing, type KeyRing, type SealingKey } from './key-ring.ts'
export type { ContextRequest } from './run-handler.ts'
export type { ScopeCatalogue, ScopeDefinition } from './scopes.ts'
