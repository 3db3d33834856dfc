import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connect, mcp } from '../index.ts'
import { protectedResource } from '../auth.ts'
import { listen } from '../node/index.ts'
import { landingPage } from './index.ts'
import { STYLE, STYLE_HASH } from './style.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8'
const ENDPOINT = 'https://notes.example.com/mcp'

const app = mcp({
  name: 'Harbour notes',
  version: '1.2.3',
  description: 'Tides & berths.',
  scopes: { 'notes:read': 'Read your notes' },
})
const search = app.tool({
  title: 'Search',
  description: 'Find notes by a `word`.\n\nFor models only.',
  effect: 'read',
  scopes: ['notes:read'],
  run: () => '',
})
const wipe = app.tool({ description: 'Delete all.', effect: 'destroy', confirm: false, external: true, run: () => '' })
const parts = { tools: { search, wipe } }
const server = app.server({ ...parts, http: { landing: landingPage() } })

const ask = (accept: string | undefined, url = ENDPOINT, method = 'GET', fetch = server.fetch): Promise<Response> =>
  fetch(new Request(url, { method, headers: accept === undefined ? {} : { accept } }))
const read = async (fetch = server.fetch): Promise<string> =>
  (await (await ask(BROWSER, ENDPOINT, 'GET', fetch)).text()).replaceAll(/<span>(--\w+)<\/span>/g, '$1')

describe('the page of a server', () => {
  it('says what the server is, what its tools change and take, and how hosts connect', async () => {
    const html = await read()
    for (const words of [
      '<h1>Harbour notes</h1>',
      'Tides &amp; berths.',
      '<h3>Search</h3><code>search</code><b class="read">Reads</b>',
      'Find notes by a <code>word</code>.',
      'Needs: Read your notes (notes:read)',
      '<h3>wipe</h3><b class="destroy">Deletes or overwrites</b>',
      'Reaches other services',
      `claude mcp add --transport http Harbour-notes ${ENDPOINT}`,
      `codex mcp add Harbour-notes --url ${ENDPOINT}`,
      `npx @hawser/cli list ${ENDPOINT}`,
      'Add custom connector',
    ])
      expect(html).toContain(words)
    expect(html).not.toContain('For models only')
  })

  it('has links that carry the address to the host', async () => {
    const html = await read()
    const cursor = new URL(/href="(cursor:[^"]+)"/.exec(html)![1]!.replaceAll('&amp;', '&'))
    expect(cursor.searchParams.get('name')).toBe('Harbour-notes')
    expect(JSON.parse(atob(cursor.searchParams.get('config')!))).toEqual({ url: ENDPOINT })
    const code = /href="vscode:mcp\/install\?([^"]+)"/.exec(html)![1]!
    expect(JSON.parse(decodeURIComponent(code))).toEqual({ name: 'Harbour-notes', type: 'http', url: ENDPOINT })
  })

  it('lets the browser load its own style and nothing else', async () => {
    const { headers, status } = await ask(BROWSER)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('vary')).toBe('Accept')
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain(`default-src 'none'; style-src '${STYLE_HASH}'`)
    expect(policy).not.toContain('unsafe')
    expect(STYLE_HASH).toBe(`sha256-${createHash('sha256').update(STYLE).digest('base64')}`)
    expect(await read()).not.toMatch(/<script|<img|<link|<iframe|\ssrc=|\son\w+=|@import|url\(/)
  })

  it('has no address of this machine for hosts that call from elsewhere', async () => {
    const html = await (await ask(BROWSER, 'http://localhost/mcp')).text()
    expect(html).not.toContain('Add custom connector')
    expect(html).toContain('http://localhost/mcp')
  })

  it('escapes whatever a definition holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '`', ' ', 'a', '/', '=') }),
        async (text) => {
          const hostile = mcp({ name: `n${text}`, title: `t${text}`, version: `v${text}`, description: text })
          const tool = hostile.tool({ title: `t${text}`, description: `d${text}`, effect: 'read', run: () => '' })
          const html = await read(hostile.server({ tools: { tool }, http: { landing: landingPage() } }).fetch)
          const tags = html.match(/<\/?[a-z][^>]*>|<!doctype html>/g)!
          // What is left without the tags that are ours holds no character that could begin one.
          expect(html.replace(/<\/?[a-z][a-z\d]*(?: [a-z-]+="[^"<>]*")*>|<!doctype html>/g, '')).not.toMatch(/[<>]/)
          expect(new Set(tags.map((tag) => /[a-z!]+/.exec(tag)![0]))).not.toContain('script')
        },
      ),
    )
  })

  it('links to no website but one of the web', async () => {
    const shady = mcp({ name: 'n', version: '1', websiteUrl: 'javascript:alert(1)' })
    expect(await read(shady.server({ http: { landing: landingPage() } }).fetch)).not.toContain('javascript:')
  })

  it.each(['', 'notes.example.com', 'file:///etc', 'javascript:alert(1)'])('refuses the address %j', (url) => {
    expect(() => landingPage({ url })).toThrow('no address of the web')
  })
})

describe('clients of the protocol', () => {
  const plain = app.server(parts)
  const tell = async (response: Response): Promise<unknown> => ({
    status: response.status,
    headers: [...response.headers],
    body: (await response.text()).replace(/ref \w+/, ''),
  })

  it.each([
    ['GET', undefined],
    ['GET', '*/*'],
    ['GET', 'text/event-stream'],
    ['GET', 'application/json, text/event-stream'],
    ['GET', 'text/html, text/event-stream'],
    ['GET', 'text/html;q=0, */*'],
    ['GET', 'text/*'],
    ['HEAD', '*/*'],
    ['DELETE', BROWSER],
    ['OPTIONS', BROWSER],
    ['PUT', BROWSER],
    ['POST', BROWSER],
    ['POST', 'application/json, text/event-stream'],
  ])('are answered %s with Accept %s as without a page', async (method, accept) => {
    const [asked, expected] = await Promise.all([
      ask(accept, ENDPOINT, method),
      ask(accept, ENDPOINT, method, plain.fetch),
    ])
    expect(await tell(asked)).toEqual(await tell(expected))
  })
})

describe('clients on Node', () => {
  const options = { port: 0, sse: '/sse' } as const

  it('call, subscribe and sign in past the page, whatever their revision', async () => {
    await using listener = await listen(app.server(parts), { ...options, landing: landingPage() })
    await using client = await connect(listener.url)
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['search', 'wipe'])
    const stream = await fetch(new URL('/sse', listener.url), { headers: { accept: 'text/event-stream' } })
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    await stream.body?.cancel()
  })

  it.each(['*/*', 'application/json', 'text/event-stream', 'application/json, text/event-stream'])(
    'are answered GET with Accept %s as without a page',
    async (accept) => {
      await using shown = await listen(app.server(parts), { ...options, landing: landingPage() })
      await using plain = await listen(app.server(parts), options)
      const tell = async (url: string): Promise<unknown> => {
        const response = await fetch(url, { headers: { accept } })
        const { date: _, ...headers } = Object.fromEntries(response.headers)
        return { status: response.status, headers, body: await response.text() }
      }
      for (const path of ['/mcp', '/', '/x'])
        expect(await tell(new URL(path, shown.url).href)).toEqual(await tell(new URL(path, plain.url).href))
    },
  )
})

describe('what strangers may read', () => {
  const auth = protectedResource({ resource: ENDPOINT, issuer: 'https://issuer.example.com' })
  const make = (listing: 'all' | 'granted') => {
    const locked = mcp({ name: 'n', version: '1', auth, listing, scopes: { 'a:b': 'Do it' } })
    const secret = locked.tool({ description: 'Behind.', effect: 'read', scopes: ['a:b'], run: () => '' })
    const open = locked.tool({ description: 'Before.', effect: 'read', scopes: 'public', run: () => '' })
    return locked.server({ tools: { secret, open }, http: { landing: landingPage() } })
  }

  it('is all, where lists show all', async () => {
    const html = await read(make('all').fetch)
    expect(html).toContain('Behind.')
    expect(html).toContain('They ask you to sign in')
    expect(html).toContain('Open to everybody')
  })

  it('is what is public, where lists show what is granted', async () => {
    const html = await read(make('granted').fetch)
    expect(html).toContain('Before.')
    expect(html).not.toContain('Behind.')
  })

  it('is read without a token, and nothing else is', async () => {
    const locked = mcp({ name: 'n', version: '1', auth, scopes: { 'a:b': 'Do it' } })
    const secret = locked.tool({ description: 'Behind.', effect: 'read', scopes: ['a:b'], run: () => '' })
    const closed = locked.server({ tools: { secret }, http: { landing: landingPage() } })
    expect((await ask(BROWSER, ENDPOINT, 'GET', closed.fetch)).status).toBe(200)
    expect((await ask('text/event-stream', ENDPOINT, 'GET', closed.fetch)).status).toBe(401)
    const headers = { accept: 'text/html, application/json, text/event-stream', 'content-type': 'application/json' }
    const called = await closed.fetch(new Request(ENDPOINT, { method: 'POST', body: '{}', headers }))
    expect(called.status).toBe(401)
  })

  it('is kept by caches, since it names the address that the server says is its own', async () => {
    const response = await ask(BROWSER, 'https://elsewhere.example.com/x', 'GET', make('all').fetch)
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    const html = await response.text()
    expect(html).toContain(ENDPOINT)
    expect(html).not.toContain('elsewhere')
  })

  it('is what nobody may grant, in no case', async () => {
    const hidden = mcp({ name: 'n', version: '1', auth, grantable: () => false, scopes: { 'a:b': 'Do it' } })
    const secret = hidden.tool({ description: 'Behind.', effect: 'read', scopes: ['a:b'], run: () => '' })
    const html = await read(hidden.server({ tools: { secret }, http: { landing: landingPage() } }).fetch)
    expect(html).not.toContain('Behind.')
    expect(html).toContain('shown to those who sign in')
  })
})

describe('on Node', () => {
  it('is at the endpoint and at the root, for names that may be used', async () => {
    await using listener = await listen(app.server(parts), { port: 0, landing: landingPage() })
    const root = new URL('/', listener.url).href
    for (const url of [listener.url, root]) {
      const response = await fetch(url, { headers: { accept: BROWSER } })
      expect(response.status).toBe(200)
      expect(await response.text()).toContain(`<code class="copy" tabindex="0">${listener.url}</code>`)
    }
    expect((await fetch(root)).status).toBe(404)
    expect((await fetch(listener.url)).headers.get('content-type')).not.toContain('html')
    const head = await fetch(listener.url, { method: 'HEAD', headers: { accept: BROWSER } })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const { status } = await askAs('attacker.example.com', listener.url)
    expect(status).toBe(403)
  })

  it.each(['localhost:99999', 'localhost:0', '127.0.0.1'])('answers whoever calls it %s', async (host) => {
    await using listener = await listen(app.server(parts), { port: 0, path: '/łódź', landing: landingPage() })
    const { status } = await askAs(host, new URL('/', listener.url).href)
    expect(status).toBe(host.endsWith('99999') ? 404 : 200)
  })

  it.each(['1.2.3.999', 'a..b', '-', '_'])('survives the name %s, where any name may be used', async (host) => {
    const open = { port: 0, host: '0.0.0.0', landing: landingPage() } as const
    await using listener = await listen(app.server(parts), open)
    expect((await askAs(host, listener.url)).status).toBeLessThan(500)
    expect((await askAs('localhost', listener.url)).status).toBe(200)
  })
})

/** `fetch` does not let the Host header be chosen. */
async function askAs(host: string, url: string): Promise<{ readonly status: number | undefined }> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    request(url, { headers: { host, accept: BROWSER } }, (response) => {
      response.resume()
      resolve({ status: response.statusCode })
    })
      .on('error', reject)
      .end()
  })
}
