/** A person who signs in at once: the issuers of the suite send the browser straight back. */
import type { Ask } from 'hawser/sign-in'

const REDIRECT_URI = 'http://127.0.0.1:9876/callback'

export const robot: Ask = {
  open: async () => ({
    redirectUri: REDIRECT_URI,
    visit: async (page, _accepts, signal) => {
      const response = await fetch(page, { redirect: 'manual', signal })
      await response.body?.cancel()
      const location = response.headers.get('location')
      if (location === null) throw new Error(`The issuer did not send the browser back: HTTP ${response.status}`)
      return new URL(location, page)
    },
    close: () => {},
  }),
}
