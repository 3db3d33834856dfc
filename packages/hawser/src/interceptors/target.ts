import { type Call, callerId, type Principal } from '../call/index.ts'

/** The tool, prompt or resource that a call is about. */
export function targetOf({ params }: Call): string | undefined {
  // Params of methods that only extensions know come unchecked.
  const target: unknown = 'name' in params ? params.name : 'uri' in params ? params.uri : undefined
  return typeof target === 'string' ? target : undefined
}

/** Whose call it is; callers that nobody has proven are one. */
export function callerOf(principal: Principal | undefined): string {
  return principal === undefined ? '' : `=${callerId(principal)}`
}
