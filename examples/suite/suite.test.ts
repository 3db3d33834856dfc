import { connect } from 'hawser'
import { memoryCredentials, signIn } from 'hawser/sign-in'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle, startWorkers } from '../../packages/hawser/src/cloudflare/fixtures/start-workers.ts'
import { callSignedIn } from '../../interop/call-signed-in.ts'
import { freePort } from '../notes/free-port.ts'
import { scriptedPerson } from '../notes/scripted-person.ts'

const BROWSER = { accept: 'text/html' }

describe('a library of three servers', { timeout: 60_000 }, () => {
  let miniflare: Miniflare
  let origin: string

  beforeAll(async () => {
    const port = await freePort()
    origin = `http://127.0.0.1:${port}`
    ;({ miniflare } = await startWorkers({
      port,
      modules: true,
      script: await bundle('../../../../../examples/suite/worker.ts'),
      compatibilityDate: '2026-06-11',
      compatibilityFlags: ['enable_request_signal', 'nodejs_compat'],
      durableObjects: {
        OAUTH: { className: 'OAuthObject', useSQLite: true },
        LIBRARY: { className: 'LibraryObject', useSQLite: true },
      },
      bindings: { ORIGIN: origin, STAFF: 'ada', OAUTH_SECRET: 'a secret of forty characters, for tests.' },
    }))
  })
  afterAll(() => miniflare?.dispose())

  /** Somebody who agrees to what they are asked, with the scopes of each question. */
  const open = async (name: string, path: string) => {
    const asked: (readonly string[])[] = []
    const auth = signIn({
      client: { name: 'Reading list' },
      ask: scriptedPerson(name),
      store: memoryCredentials(),
      onStepUp: ({ missing }) => {
        asked.push(missing)
        return true
      },
    })
    const url = `${origin}${path}`
    return { asked, auth, url, client: await connect(url, { http: { auth } }) }
  }

  it('lends a book that is then not here for anybody', async () => {
    const { asked, auth, url, client: loans } = await open('grace', '/loans/mcp')
    expect(await loans.call('borrow_book', { book: 'tides' })).toMatchObject({ structuredContent: { id: 'tides' } })
    expect(asked).toEqual([['loans:change']])
    expect(await auth.whoami(url)).toMatchObject({ scopes: expect.not.arrayContaining(['catalogue:read']) })
    const { client: catalogue } = await open('linus', '/catalogue/mcp')
    expect(await catalogue.call('find_books', { words: 'tides' })).toMatchObject({
      structuredContent: { books: [{ id: 'tides', isHere: false }] },
    })
    await expect(catalogue.call('borrow_book', { book: 'knots' })).rejects.toThrow()
  })

  it('is one server for those who want it, where each permission is asked for when it is first needed', async () => {
    const { asked, client } = await open('linus', '/mcp')
    expect((await client.listTools()).map(({ name }) => name)).toEqual([
      'catalogue_find_books',
      'loans_list_loans',
      'loans_borrow_book',
      'loans_return_book',
    ])
    await client.call('catalogue_find_books', { words: '' })
    expect(asked).toEqual([])
    expect(await client.call('loans_borrow_book', { book: 'knots' })).toMatchObject({
      structuredContent: { id: 'knots' },
    })
    expect(asked).toEqual([['loans:change']])
    await expect(client.call('desk_report_due_books', { before: '2999-01-01' })).rejects.toThrow('Unknown tool')
  })

  it('shows reports to those who work there', async () => {
    const { client: desk } = await open('ada', '/desk/mcp')
    const report = await desk.call('report_due_books', { before: '2999-01-01' })
    expect(report.structuredContent).toEqual({
      loans: expect.arrayContaining([expect.objectContaining({ reader: 'grace', id: 'tides' })]),
    })
    const { client: other } = await open('grace', '/desk/mcp')
    expect(await other.listTools()).toEqual([])
    await expect(other.call('report_due_books', { before: '2999-01-01' })).rejects.toThrow('Unknown tool')
  })

  it('lets the official client sign in and call', async () => {
    expect(await callSignedIn(new URL('/catalogue/mcp', origin), 'find_books', { words: 'marsh charts' })).toEqual({
      isSignedIn: true,
      structuredContent: { books: [expect.objectContaining({ id: 'charts' })] },
    })
  })

  it('shows people which servers there are', async () => {
    const html = await (await fetch(origin, { headers: BROWSER })).text()
    for (const path of ['/catalogue/mcp', '/loans/mcp', '/desk/mcp', '/mcp']) {
      expect(html).toContain(`<a href="${origin}${path}">`)
      expect((await fetch(origin + path, { headers: BROWSER })).status).toBe(200)
    }
    for (const path of ['/', '/catalogue', '/catalogue/mcp/', '/kv/mcp'])
      expect((await fetch(origin + path)).status).toBe(404)
  })
})
