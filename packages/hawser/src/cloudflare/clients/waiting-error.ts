/** Why what was given is no answer. */
export type WaitingProblem =
  /** Nothing waits under that id: it is somebody else's, over, or never was. */
  | 'unknown'
  /** It was answered before. What came of that was the outcome of that answer. */
  | 'answered'
  /** The answers do not fit the questions. These wait on. */
  | 'wrong'

/**
 * An answer that is not taken, so that nothing was called.
 *
 * @example const isTwice = (error: unknown) => error instanceof WaitingError && error.problem === 'answered'
 */
export class WaitingError extends Error {
  override readonly name = 'WaitingError'
  readonly problem: WaitingProblem

  constructor(problem: WaitingProblem, message: string) {
    super(message)
    this.problem = problem
  }
}
