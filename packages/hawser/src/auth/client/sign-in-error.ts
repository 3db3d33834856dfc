import { AuthorizationError } from '../../call/index.ts'

/** Why nobody could be signed in. */
export type SignInProblem =
  /** What the server or its issuer publishes cannot be used. */
  | 'bad_metadata'
  /** An address leads where it must not. */
  | 'forbidden_address'
  /** The issuer does not say that it protects authorization codes. */
  | 'no_pkce'
  /** The issuer named is not the one that the credentials belong to. */
  | 'other_issuer'
  /** The issuer knows no client of ours, and lets none register. */
  | 'no_client'
  /** The issuer refused to register this client. */
  | 'registration_refused'
  /** What came back from the browser does not belong to what was sent there. */
  | 'bad_callback'
  /** The person, or whoever decides for them, said no. */
  | 'denied'
  /** The issuer refused. */
  | 'refused'
  /** What the issuer gave is no token that can be used. */
  | 'bad_token'
  /** The server asks for more than this client may have, or too often. */
  | 'beyond_limits'
  /** A person is needed, and none can be asked. */
  | 'needs_person'
  /** The server takes only tokens bound to a key, which is not turned on. */
  | 'needs_dpop'

/**
 * Nobody could be signed in. An `AuthorizationError`, so that whoever handles refusals handles this one as well.
 *
 * @example
 * const isCancelled = (error: unknown) => error instanceof SignInError && error.problem === 'denied'
 */
export class SignInError extends AuthorizationError {
  readonly problem: SignInProblem

  constructor(
    problem: SignInProblem,
    message: string,
    options: { readonly scopes?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super('missing_token', message, options.scopes ?? [])
    this.problem = problem
    if (options.cause !== undefined) this.cause = outlineOf(options.cause)
  }
}

/** What failed, without what the library holds besides: answers with tokens in them, and words of strangers. */
export function outlineOf(cause: unknown): Error {
  const { name, message } = cause instanceof Error ? cause : { name: 'Error', message: typeof cause }
  const outline = new Error(message)
  outline.name = name
  return outline
}
