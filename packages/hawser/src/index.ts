export {
  AuthorizationError,
  type Call,
  ConnectionError,
  createValueKey,
  DeclinedError,
  DefinitionError,
  type Handle,
  type Interceptor,
  isCallOf,
  type Link,
  type Log,
  logToStderr,
  type Principal,
  ProtocolError,
  type Reply,
  ToolError,
} from './call/index.ts'
export type { Answers, CallOptions, Client, Subscription } from './client/index.ts'
export { connect, type ConnectOptions } from './connect.ts'
export type { Kit, Server } from './kit.ts'
export { mcp } from './mcp.ts'
export {
  audio,
  type Changes,
  createKeyRing,
  embed,
  fail,
  type HandlerContext,
  image,
  type KeyRing,
  link,
  memoryChanges,
  needs,
  type Prompt,
  type Resource,
  text,
  type Tool,
} from './server/index.ts'
