export { connect, type TestClient, type TestOptions } from './connect.ts'
export type { TraceEntry } from './record-trace.ts'
export type { Script, ScriptedAnswer } from './script-answers.ts'
