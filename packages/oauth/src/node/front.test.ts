import { describe, expect, it } from 'vitest'
import { textOf } from '../fixtures/browser.ts'
import {
  answer,
  authorizeUrl,
  createSigningIn,
  editorDocument,
  LOOPBACK,
  reachConsent,
} from '../fixtures/signing-in.ts'
import { createPkce, redeem, sent, tokensOf } from '../fixtures/world.ts'
import { startDocumentHost, type DocumentHost } from './fixtures/document-host.ts'
import { publicDocuments } from './public-documents.ts'

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

describe('clients by the documents of their websites', () => {
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
})
