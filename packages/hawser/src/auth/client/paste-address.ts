import type { Ask } from './ask.ts'
import { SignInError } from './sign-in-error.ts'

/** How a person without a browser on this machine is asked. */
export interface PasteOptions {
  /** Shows the page that is to be opened in a browser anywhere. */
  readonly show: (page: URL) => void
  /** Reads the address to which that browser came back, where it found nothing. */
  readonly read: (signal: AbortSignal) => Promise<string>
}

/** Nothing listens there: what counts is what the browser shows in its address bar. */
const REDIRECT_URI = 'http://127.0.0.1:33418/callback'
const TRIES = 3

/**
 * Signs in with a browser on another machine: a person opens the page there, and pastes the address at which it ends.
 *
 * @example signIn({ ask: pasteAddress({ show: (page) => console.error(`Open ${page}`), read: () => terminal.question('Address: ') }) })
 */
export function pasteAddress({ show, read }: PasteOptions): Ask {
  return {
    open: async () => ({
      redirectUri: REDIRECT_URI,
      visit: async (page, accepts, signal) => {
        show(page)
        for (let tries = 0; tries < TRIES; tries++) {
          signal.throwIfAborted()
          const url = URL.parse((await read(signal)).trim())
          if (url !== null && accepts(url)) return url
        }
        throw new SignInError('bad_callback', 'None of these is the address that the browser came back to.')
      },
      close: () => {},
    }),
  }
}
