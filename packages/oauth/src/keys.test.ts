import { calculateJwkThumbprint } from 'jose'
import { expect, it } from 'vitest'
import { createOAuth, memoryStore } from './index.ts'

it('names its keys by their thumbprints, and publishes no private half', async () => {
  const oauth = createOAuth({
    issuer: 'https://login.example.com',
    secret: 's'.repeat(32),
    store: memoryStore(),
    resources: [{ resource: 'https://notes.example.com/mcp', title: 'Notes', scopes: { 'notes:read': 'Read' } }],
    front: () => ({ consent: () => new Response(), routes: new Map(), clients: [], metadata: {} }),
  })
  const { keys } = await oauth.jwks()
  expect(keys).toEqual([
    {
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: await calculateJwkThumbprint(keys[0] ?? {}),
      alg: 'ES256',
      use: 'sig',
    },
  ])
})
