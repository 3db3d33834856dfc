import { EXIT, type ExitCode } from './exit-code.ts'

/** Ends the command: what went wrong, and what to do about it, for the person at the keyboard. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: ExitCode
  /** Lines that say what to do. */
  readonly hints: readonly string[]

  constructor(
    exitCode: ExitCode,
    message: string,
    hints: readonly string[] = [],
    options?: { readonly cause?: unknown },
  ) {
    super(message, options)
    this.exitCode = exitCode
    this.hints = hints
  }
}

/** The command line cannot be understood. */
export function usageFailure(message: string, ...hints: readonly string[]): Failure {
  return new Failure(EXIT.usage, message, hints)
}

/** The server has nothing of that name, or nothing of that kind: its lists say more than its refusal does. */
export function isUnknownName(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'invalid_params' || code === 'method_not_found'
}
