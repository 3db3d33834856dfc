/** What a person can mend: shown without a stack. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
  /** Of the process: 2 for a command line that says nothing clear, else 1. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
