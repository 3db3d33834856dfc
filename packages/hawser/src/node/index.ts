export { command, type CommandOptions } from './connect-process.ts'
export { type Listener, type ListenOptions, listen } from './listen.ts'
export type { ProcessExit, ProcessOptions } from './start-process.ts'
export type { EventStore, KeptEvent, SessionOptions } from '../http/index.ts'
