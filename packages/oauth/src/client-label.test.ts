import { expect, it } from 'vitest'
import { tellClient } from './client-label.ts'
import { allow, registerAs } from './fixtures/allowing.ts'
import { createSigningIn, DOCUMENT, editorDocument } from './fixtures/signing-in.ts'
import { CALLBACK } from './fixtures/world.ts'

it('is in every event about a grant, as it was when a person allowed it, and without what could mislead', async () => {
  const world = createSigningIn({ registration: true })
  const browser = world.newBrowser()
  const own = await registerAs(world.oauth, 'Cle\u202Erk\u0007 ✔', CALLBACK)
  await allow(world.oauth, browser, { client_id: own })
  await allow(world.oauth, browser, { client_id: DOCUMENT, redirect_uri: 'https://editor.example/cb' })
  world.document.current = { ...editorDocument, client_name: 'https://bank.example' }
  await allow(world.oauth, browser)
  await world.oauth.grants.revoke({ subject: 'ada' })
  const told = Map.groupBy(world.events, ({ clientId }) => clientId)
  const of = (clientId: string) =>
    new Set(told.get(clientId)?.map(({ clientName, clientKind }) => `${clientKind} ${clientName}`))
  expect([of(own), of(DOCUMENT), of('app')]).toEqual([
    new Set(['dcr Clerk']),
    new Set(['cimd Editor']),
    new Set(['pre App']),
  ])
  expect(told.get(own)?.map(({ type }) => type)).toEqual([
    'client.registered',
    'consent.shown',
    'consent.approved',
    'token.issued',
    'grant.revoked',
  ])
})

it('is left out where there is none to show, and where nobody noted it', () => {
  expect(tellClient('self-1', { kind: 'dynamic', name: '' })).toEqual({ clientId: 'self-1', clientKind: 'dcr' })
  expect(tellClient('self-1', undefined)).toEqual({ clientId: 'self-1' })
})
