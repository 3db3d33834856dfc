import { describe, expect, it } from 'vitest'
import { textOf } from './fixtures/browser.ts'
import { answer, authorizeUrl, createSigningIn, editorDocument, LOOPBACK, reachConsent } from './fixtures/signing-in.ts'
import { createPkce, ISSUER, redeem, sent, tokensOf } from './fixtures/world.ts'
import { createOAuth } from './create-oauth.ts'
import { memoryStore } from './memory-store.ts'
import { startDocumentHost, type DocumentHost } from './node/fixtures/document-host.ts'
import { publicDocuments } from './node/public-documents.ts'

/** A website that serves this text as the document of a client. */
const serve = (document: (host: DocumentHost) => object, status = 200): Promise<DocumentHost> => {
  const starting: Promise<DocumentHost> = startDocumentHost((_request, response) => {
    void starting.then((host) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document(host))),
    )
  })
  return starting
}

const documentOf = (host: DocumentHost) => ({ ...editorDocument, client_id: host.url('/client.json') })

describe('createFront', () => {
  // spec: registration-document-issuer, registration-document-fetched
  it('signs in a client by a document that was fetched from its website', async () => {
    await using host = await serve(documentOf)
    const world = createSigningIn({ clientDocuments: { fetch: host.fetch() } })
    const browser = world.newBrowser()
    const { verifier, challenge } = createPkce()
    const client = { client_id: host.url('/client.json'), redirect_uri: LOOPBACK }
    const asked = await reachConsent(browser, { ...client, code_challenge: challenge })
    expect(textOf(asked.html)).toContain(`Identity client.example:${host.port}`)
    const { code = '' } = sent(await answer(browser, asked, 'approve'))
    tokensOf(await redeem(world.oauth, { code, verifier }, client))
    expect(host.connections()).toBe(1)
    expect(world.oauth.metadata['client_id_metadata_document_supported']).toBe(true)
  })

  // spec: security-document-ssrf, registration-document-security
  it('TA51: knows no client of a private network, and connects to none', async () => {
    await using host = await serve(documentOf)
    const world = createSigningIn({
      clientDocuments: { fetch: publicDocuments({ lookup: async () => ['127.0.0.1'] }) },
    })
    const response = await world
      .newBrowser()
      .open(authorizeUrl({ client_id: host.url('/client.json'), redirect_uri: LOOPBACK }))
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).not.toMatch(/127\.0|client\.example/)
    expect(host.connections()).toBe(0)
    expect(world.events).toMatchObject([{ type: 'client.refused', reason: 'fetch' }, { type: 'authorization.refused' }])
    expect(world.errors).toEqual([])
  })

  it.each([
    [404, 400],
    [500, 503],
  ])(
    'TA59: answers with a page of its own when the website says %i, and remembers nothing',
    async (status, expected) => {
      let current = status
      await using host = await startDocumentHost((_request, response) => {
        response.writeHead(current, { 'content-type': 'application/json' }).end(JSON.stringify(documentOf(host)))
      })
      const world = createSigningIn({ clientDocuments: { fetch: host.fetch() } })
      const values = { client_id: host.url('/client.json'), redirect_uri: LOOPBACK }
      const refused = await world.newBrowser().open(authorizeUrl(values))
      expect(refused.status).toBe(expected)
      expect(refused.headers.get('location')).toBeNull()
      current = 200
      await reachConsent(world.newBrowser(), values)
    },
  )

  it('TA59: says that nobody can tell now, to people and to clients, when the website cannot be reached', async () => {
    const world = createSigningIn({ clientDocuments: { fetch: publicDocuments({ lookup: async () => [] }) } })
    const client = { client_id: 'https://client.example/c', redirect_uri: LOOPBACK }
    const page = await world.newBrowser().open(authorizeUrl(client))
    expect(page.status).toBe(503)
    expect(page.headers.get('content-type')).toContain('text/html')
    const { status, body } = await redeem(world.oauth, { code: 'x', verifier: 'y' }, client)
    expect(status).toBe(503)
    expect(body['error']).toBe('temporarily_unavailable')
  })

  it('TA61: asks neither itself nor a resource for a document', async () => {
    const fetched: string[] = []
    const world = createSigningIn({
      clientDocuments: { fetch: async (url) => Promise.reject(new Error(String(fetched.push(url.href)))) },
    })
    for (const client_id of [
      `${ISSUER}/client.json`,
      `${ISSUER}/tenants/acme/client.json`,
      'https://notes.example.com/client.json',
    ]) {
      expect((await world.newBrowser().open(authorizeUrl({ client_id, redirect_uri: LOOPBACK }))).status).toBe(400)
    }
    expect(fetched).toEqual([])
  })

  it('TA62: counts by the address that the operator tells, at every endpoint', async () => {
    const fetched: string[] = []
    const world = createSigningIn({
      clientAddress: (request) => request.headers.get('x-test-address') ?? undefined,
      clientDocuments: {
        fetch: async (url) => {
          fetched.push(url.href)
          throw new Error('no')
        },
      },
    })
    for (let i = 0; i < 1000; i++) {
      const client = { client_id: `https://c${i}.example/c`, redirect_uri: LOOPBACK }
      const headers = { 'x-test-address': '203.0.113.7' }
      if (i % 2 === 0) await world.newBrowser().open(authorizeUrl(client), headers)
      else await redeem(world.oauth, { code: 'x', verifier: 'y' }, client, headers)
    }
    expect(fetched.length).toBe(20)
    await world
      .newBrowser()
      .open(authorizeUrl({ client_id: 'https://other.example/c' }), { 'x-test-address': '203.0.113.8' })
    expect(fetched.length).toBe(21)
  })

  it('knows no client by a document unless it is told how to fetch one', async () => {
    const world = createSigningIn({ clientDocuments: undefined })
    expect(world.oauth.metadata).not.toHaveProperty('client_id_metadata_document_supported')
    const values = { client_id: 'https://editor.example/client.json', redirect_uri: 'https://editor.example/cb' }
    expect((await world.newBrowser().open(authorizeUrl(values))).status).toBe(400)
  })

  it('has the server refuse to start without a sign-in', () => {
    const resources = [{ resource: 'https://notes.example.com/mcp', title: 'Notes', scopes: {} }]
    expect(() => createOAuth({ issuer: ISSUER, store: memoryStore(), resources })).toThrow(
      /login says how people sign in/,
    )
  })
})
