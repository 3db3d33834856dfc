/** The codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 8707 and, for what belongs to OpenID Connect, its section 3.1.2.6. */
export type OAuthErrorCode =
  | 'access_denied'
  | 'invalid_client'
  | 'invalid_client_metadata'
  | 'invalid_grant'
  | 'invalid_redirect_uri'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'

/** A refusal that the client is told. `message` is for strangers: constant, and without anything that was sent. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: OAuthErrorCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(code: OAuthErrorCode, message: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.headers = headers
  }
}

export const invalidRequest = (message: string): OAuthError => new OAuthError('invalid_request', message)

/** One text for all: whoever guesses learns nothing from it. */
export const invalidGrant = (): OAuthError =>
  new OAuthError('invalid_grant', 'The code, token or assertion is not valid for this request, or no longer.')
