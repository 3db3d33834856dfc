/**
 * Whether a page of this server sent the form. Our pages ask browsers for `no-referrer`, with which they say `Origin: null`;
 * then `Sec-Fetch-Site`, which no page can set, tells.
 */
export function isSameOrigin(request: Request, issuer: string): boolean {
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') return false
  if (origin === null || origin === 'null') return site === 'same-origin'
  return origin === new URL(issuer).origin
}
