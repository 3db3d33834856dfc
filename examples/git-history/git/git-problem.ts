export type GitProblemCode =
  | 'git_missing'
  | 'not_a_repository'
  | 'unsafe_ref'
  | 'unknown_ref'
  | 'unsafe_path'
  | 'unknown_path'
  | 'bad_argument'
  | 'bad_cursor'
  | 'too_large'
  | 'missing_object'
  | 'timeout'
  | 'busy'
  | 'git_failed'

/**
 * Something the caller can act on. The message says what was expected and what to do, and is fit to show to a model:
 * what git itself wrote stays in `cause`, because it may name folders of this machine.
 */
export class GitProblem extends Error {
  override readonly name = 'GitProblem'
  readonly code: GitProblemCode

  constructor(code: GitProblemCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
