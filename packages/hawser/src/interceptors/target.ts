import type { Call, Principal } from '../call/index.ts'

/** The tool, prompt or resource that a call is about. */
export function targetOf({ params }: Call): string | undefined {
  if ('name' in params) return params.name
  return 'uri' in params ? params.uri : undefined
}

/** Whose call it is; callers that nobody has proven are one. */
export function callerOf(principal: Principal | undefined): string {
  return principal === undefined ? '' : `=${principal.subject}`
}
