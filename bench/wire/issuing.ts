/** What every authorization server of a row knows: one public client, and one resource with two scopes. */
export const ISSUER = 'https://login.example.com'
export const CLIENT = 'bench'
export const REDIRECT_URI = 'https://client.example.com/callback'
export const RESOURCE = 'https://notes.example.com/mcp'
export const SCOPES: readonly string[] = ['notes:read', 'notes:write']

/** A request as it would be under the name of the issuer, to which some libraries hold it. */
export const atIssuer = (request: Request): Request => {
  const { pathname, search } = new URL(request.url)
  return new Request(ISSUER + pathname + search, request)
}
