import { describe, expect, it } from 'vitest'
import { chromiumPath, startChromium, type Tab } from '../fixtures/chromium.ts'
import { listen } from '../fixtures/listen.ts'
import { look } from '../fixtures/look.ts'
import { serveSigningIn } from '../fixtures/serve-signing-in.ts'
import { authorizeUrl, type SigningIn } from '../fixtures/signing-in.ts'
import { startDocumentHost } from '../node/fixtures/document-host.ts'

interface Stage extends AsyncDisposable {
  readonly world: SigningIn
  readonly tab: Tab
  readonly url: string
  /** What the client got, and what its page led on to. */
  readonly arrived: URL[]
}

/** A server, a native client that listens on a loopback port, and a website that the client leads on to. */
async function setTheStage(path: string, scope = 'notes:read notes:write notes:share'): Promise<Stage> {
  const stack = new AsyncDisposableStack()
  const arrived: URL[] = []
  const landing = stack.use(
    await startDocumentHost((request, response) => {
      if (request.url === '/done') arrived.push(new URL(landing.url('/done')))
      response.end('You are signed in.')
    }),
  )
  const client = stack.use(
    await listen((request, response) => {
      if (request.url?.startsWith('/callback')) arrived.push(new URL(request.url, 'http://127.0.0.1'))
      response.writeHead(302, { location: landing.url('/done', '127.0.0.1') }).end()
    }),
  )
  const { world, issuer } = stack.use(await serveSigningIn())
  const tab = stack.use(await startChromium(path))
  const redirect_uri = `http://127.0.0.1:${client.port}/callback`
  return {
    world,
    tab,
    arrived,
    url: authorizeUrl({ client_id: 'native', redirect_uri, scope }, issuer),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const signIn = async ({ tab, url }: Stage): Promise<void> => {
  await tab.open(url)
  await tab.tabTo('Name')
  await tab.type('lovelace')
  await tab.press('Enter')
  await tab.waitFor(async () => (await tab.url()).includes('/consent?'))
}

// A machine without Chromium has no browser to prove this with; the pages themselves are tested beside this file.
describe.skipIf(chromiumPath === undefined)(
  'in Chromium, without scripts and without a mouse',
  { timeout: 60_000 },
  () => {
    it('a person signs in, takes a tick away, and allows', async () => {
      await using stage = await setTheStage(chromiumPath ?? '')
      const { tab, world, arrived } = stage
      await tab.open(stage.url)
      await look(tab, 'sign-in')
      await signIn(stage)
      await look(tab, 'consent')
      expect(await tab.accessibility()).toMatchInlineSnapshot(`
        [
          "main",
          "heading Allow Native to use Notes?",
          "form",
          "note",
          "form",
          "button Use another account",
          "group It will be able to",
          "button Don’t allow",
          "button Allow",
          "link What you allowed",
          "checkbox Change your notes",
          "checkbox Share your notes with others",
        ]
      `)
      await tab.tabTo('Share your notes with others')
      await tab.press('Space')
      await tab.tabTo('Allow')
      await tab.press('Enter')
      await tab.waitFor(() => arrived.length === 2)
      expect(arrived.map(({ pathname }) => pathname)).toEqual(['/callback', '/done'])
      expect([...(arrived[0]?.searchParams.keys() ?? [])].toSorted()).toEqual(['code', 'iss', 'state'])
      expect(world.grants).toMatchObject([{ subject: 'lovelace', scopes: ['notes:read', 'notes:write'] }])
      expect(tab.complaints).toEqual([])
    })

    it('Enter on a tick allows nothing', async () => {
      await using stage = await setTheStage(chromiumPath ?? '')
      await signIn(stage)
      await stage.tab.tabTo('Change your notes')
      await stage.tab.press('Enter')
      await stage.tab.waitFor(() => stage.arrived.length > 0)
      expect(stage.arrived[0]?.searchParams.get('error')).toBe('access_denied')
      expect(stage.world.grants).toEqual([])
    })
  },
)
