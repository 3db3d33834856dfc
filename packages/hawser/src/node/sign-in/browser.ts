import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Ask, Callback } from '../../auth/client/index.ts'
import { openBrowser } from './open-browser.ts'

/** How the browser of this machine is used. */
export interface BrowserOptions {
  /** Opens a page; false when it could not. */
  readonly open?: ((page: URL) => Promise<boolean>) | undefined
  /** Told of the page, to show it to a person whose browser did not open. */
  readonly onPage?: ((page: URL, opened: boolean) => void) | undefined
  /** The port to come back to, for clients that are registered with one; any free one when left out. */
  readonly port?: number | undefined
}

const HOST = '127.0.0.1'
const PATH = '/callback'

/**
 * Signs in with the browser of this machine, which comes back to an address on it that listens for this one visit.
 * A document that describes the client has to name `http://127.0.0.1/callback`.
 *
 * @example signIn({ ask: browser({ onPage: (page) => console.error(`Sign in at ${page}`) }), … })
 * @see RFC 8252 §7.3
 */
export function browser({ open = openBrowser, onPage, port }: BrowserOptions = {}): Ask {
  return {
    open: async (known) => {
      const wanted = port ?? portOf(known)
      const listening = await listen(wanted ?? 0).catch((error: unknown) => {
        // A port of last time may be taken; one that was chosen may not be another.
        if (wanted === undefined || port !== undefined) throw error
        return listen(0)
      })
      return createCallback(listening, open, onPage)
    },
  }
}

function portOf(known: string | undefined): number | undefined {
  const url = URL.parse(known ?? '')
  return url?.hostname === HOST && url.pathname === PATH && url.port !== '' ? Number(url.port) : undefined
}

interface Visit {
  readonly accepts: (url: URL) => boolean
  readonly resolve: (url: URL) => void
}

interface Listening {
  readonly server: Server
  readonly port: number
  /** Who waits; nobody before the page is open and after it came back. */
  visit: Visit | undefined
}

function listen(port: number): Promise<Listening> {
  const { promise, resolve, reject } = Promise.withResolvers<Listening>()
  // Nobody but a browser is expected, and nobody stays.
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000, keepAliveTimeout: 1 })
  server.maxConnections = 16
  server.once('error', reject)
  server.listen(port, HOST, () => {
    const address = server.address()
    const listening: Listening = {
      server,
      port: address !== null && typeof address === 'object' ? address.port : port,
      visit: undefined,
    }
    server.on('request', (request, response) => answer(listening, request, response))
    resolve(listening)
  })
  return promise
}

function createCallback(
  listening: Listening,
  open: (page: URL) => Promise<boolean>,
  onPage: BrowserOptions['onPage'],
): Callback {
  const { server, port } = listening
  return {
    redirectUri: `http://${HOST}:${port}${PATH}`,
    visit: async (page, accepts, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<URL>()
      const stop = (): void => reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      listening.visit = { accepts, resolve }
      try {
        if (signal.aborted) throw signal.reason
        // Apart from the call: what an optional call is given is not even evaluated where nobody is called.
        const opened = await open(page)
        onPage?.(page, opened)
        return await promise
      } finally {
        listening.visit = undefined
        signal.removeEventListener('abort', stop)
      }
    },
    close: () => {
      server.close()
      // The browser that came back is answered first; what only stays connected is not waited for.
      setTimeout(() => server.closeAllConnections(), 250).unref()
    },
  }
}

/** Nothing of a request is shown, so that nobody can have this page show it. */
const PAGE = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>` +
  `<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:30rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}</style>` +
  `<h1>${title}</h1><p>${text}</p></html>`

const BACK = PAGE('You can close this page', 'The program that opened it goes on by itself.')
const NOTHING = PAGE('Nothing here', 'This address is for one visit of one browser, which this is not.')

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}

function answer(listening: Listening, request: IncomingMessage, response: ServerResponse): void {
  const { visit, port } = listening
  const url = URL.parse(`http://${HOST}:${port}${request.url ?? ''}`)
  const isExpected =
    request.method === 'GET' &&
    // A page of somebody else that was made to resolve here sends its own name.
    request.headers.host === `${HOST}:${port}` &&
    url?.pathname === PATH &&
    visit?.accepts(url) === true
  if (isExpected) listening.visit = undefined
  response.writeHead(isExpected ? 200 : 404, HEADERS).end(isExpected ? BACK : NOTHING)
  if (isExpected) visit.resolve(url)
}
