/**
 * Types that the signatures of the public surface mention beside those of `hawser`, so that packages which export tools
 * or kits can emit declarations. The compiler finds them once a file of the package imports this one.
 *
 * @example
 * import 'hawser/types'
 * export const { tool } = needs<{ db: Db }>()
 */
export type { Agreed, LineTaker, LogEntry, Service, TakenLines, ValueKey } from './call/index.ts'
export type { ContentBlock, PromptMessage, ResourceContents } from './protocol/index.ts'
export type { StandardSchema } from './schema/standard-schema.ts'
export type { Change, Changed } from './server/changes.ts'
export type { ServerCore, ServerOptions, ServerParts } from './server/create-server.ts'
export type { ExtendedServer, ExtendedTool, RunningExtension, ServerExtension } from './server/extension.ts'
export type {
  Completer,
  Confirm,
  Definers,
  Effect,
  FullResult,
  PromptDefinition,
  PromptReturn,
  ResourceDefinition,
  ResourceReturn,
  ToolDefinition,
  ToolInput,
  ToolOutput,
  ToolReturn,
} from './server/definitions.ts'
export type { Question } from './server/interview.ts'
export type { SealingKey } from './server/key-ring.ts'
export type { Mount, MountedParts, Mounts } from './server/mounts.ts'
export type { ContextRequest } from './server/run-handler.ts'
export type { ScopeCatalogue, ScopeDefinition } from './server/scopes.ts'
export type { Variables } from './uri-template/variables.ts'
