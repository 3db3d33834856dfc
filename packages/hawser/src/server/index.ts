export { type Access, ALONG } from './access.ts'
export { findMissing } from './bindings.ts'
export { type Change, type Changes, memoryChanges, type WantedChanges } from './changes.ts'
export { audio, embed, fail, image, link, text } from './content.ts'
export type { HandlerContext } from './context.ts'
export type { ExtendedServer, RunningExtension, ServerExtension } from './extension.ts'
export { createServer, type Protected, type ServerCore, type ServerOptions, type ServerParts } from './create-server.ts'
export {
  type BoundDefiners,
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
export { createKeyRing, type KeyRing } from './key-ring.ts'
export type { Nonces } from './nonces.ts'
export type { Mount, MountedParts, Mounts } from './mounts.ts'
