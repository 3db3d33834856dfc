import { describe, expect, it } from 'vitest'
import { authorizeUrl, createSigningIn, LOOPBACK } from './fixtures/signing-in.ts'
import { ISSUER, redeem } from './fixtures/world.ts'
import { createOAuth } from './create-oauth.ts'
import { memoryStore } from './memory-store.ts'
import { FetchDocumentError } from './cimd/fetch-document.ts'

describe('createFront', () => {
  it('TA59: says that nobody can tell now, to people and to clients, when the website cannot be reached', async () => {
    const world = createSigningIn({
      clientDocuments: { fetch: async () => Promise.reject(new FetchDocumentError('unreachable', 'no address')) },
    })
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
