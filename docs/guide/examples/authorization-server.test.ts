import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { authorizationServer } from './authorization-server.ts'

it('offers sign-in for clients with a document, on this machine', async () => {
  await using server = authorizationServer.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const metadata = await fetch(`${origin}/.well-known/oauth-authorization-server`)
  expect(await metadata.json()).toMatchObject({
    issuer: 'http://localhost:3000',
    client_id_metadata_document_supported: true,
    scopes_supported: ['notes:read', 'notes:write'],
  })
  expect((await fetch(`${origin}/consent`)).status).toBe(400)
  expect((await fetch(`${origin}/register`, { method: 'POST' })).status).toBe(404)
})
