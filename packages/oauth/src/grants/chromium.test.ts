import { describe, expect, it } from 'vitest'
import { chromiumPath, startChromium, type Tab } from '../fixtures/chromium.ts'
import { look } from '../fixtures/look.ts'
import { serveSigningIn } from '../fixtures/serve-signing-in.ts'
import { DOCUMENT, type SigningIn } from '../fixtures/signing-in.ts'
import { NOTES } from '../fixtures/world.ts'
import type { Grant } from '../store.ts'

interface Stage extends AsyncDisposable {
  readonly world: SigningIn
  readonly tab: Tab
  readonly issuer: string
}

const DAY = 86_400_000

const grant = (id: string, more: Partial<Grant>): Grant => ({
  id,
  clientId: 'app',
  client: { kind: 'registered', name: 'App' },
  subject: 'lovelace',
  kind: 'user',
  tenant: undefined,
  resource: NOTES,
  scopes: ['notes:read'],
  createdAt: Date.now() - DAY,
  expiresAt: Date.now() + 89 * DAY,
  ...more,
})

/** A person who allowed an application of each kind something, before a browser that is signed in as nobody. */
async function setTheStage(path: string): Promise<Stage> {
  const stack = new AsyncDisposableStack()
  const { world, issuer } = stack.use(await serveSigningIn())
  for (const one of [
    grant('a', { scopes: ['notes:read', 'notes:write'] }),
    grant('b', { clientId: DOCUMENT, client: { kind: 'document', name: 'Editor' }, createdAt: Date.now() - 2 * DAY }),
    grant('c', {
      clientId: 'self-1',
      client: { kind: 'dynamic', name: 'Tide clerk with a name that is rather long' },
      scopes: ['notes:read', 'notes:share'],
      createdAt: Date.now() - 3 * DAY,
    }),
  ]) {
    await world.store.addGrant(one, undefined, Date.now())
  }
  const tab = stack.use(await startChromium(path))
  return { world, tab, issuer, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

// A machine without Chromium has no browser to prove this with; the page itself is tested beside this file.
describe.skipIf(chromiumPath === undefined)(
  'in Chromium, without scripts and without a mouse',
  { timeout: 60_000 },
  () => {
    it('a person signs in, sees what they allowed, and takes one of it back', async () => {
      await using stage = await setTheStage(chromiumPath ?? '')
      const { tab, world, issuer } = stage
      await tab.open(`${issuer}/grants`)
      await tab.tabTo('Name')
      await tab.type('lovelace')
      await tab.press('Enter')
      await tab.waitFor(async () => (await tab.url()) === `${issuer}/grants`)
      await look(tab, 'grants')
      expect(await tab.accessibility()).toMatchInlineSnapshot(`
        [
          "main",
          "heading What you allowed",
          "form",
          "button Sign out",
          "heading App",
          "heading It is able to",
          "form",
          "heading Editor",
          "heading It is able to",
          "form",
          "heading Tide clerk with a name that is rather long",
          "heading It is able to",
          "form",
          "button Take back from App for Notes",
          "button Take back from Editor for Notes",
          "button Take back from Tide clerk with a name that is rather long for Notes",
        ]
      `)
      await tab.tabTo('Take back from Editor for Notes')
      await tab.press('Enter')
      await tab.waitFor(async () => (await tab.url()).includes('?came='))
      await look(tab, 'grants-taken-back')
      const names = (await tab.accessibility()).filter((node) => node.startsWith('button Take back'))
      expect(names).toEqual([
        'button Take back from App for Notes',
        'button Take back from Tide clerk with a name that is rather long for Notes',
      ])
      expect((await world.oauth.grants.list()).map(({ id }) => id)).toEqual(['a', 'c'])
      expect(world.events).toMatchObject([{ type: 'grant.revoked', subject: 'lovelace', reason: 'person' }])
      await tab.tabTo('Sign out')
      await tab.press('Enter')
      await tab.waitFor(async () => (await tab.url()) === `${issuer}/login`)
      expect(tab.complaints).toEqual([])
    })

    it('says so when nothing is allowed', async () => {
      await using stage = await setTheStage(chromiumPath ?? '')
      await stage.world.oauth.grants.revoke({ subject: 'lovelace' })
      const { tab, issuer } = stage
      await tab.open(`${issuer}/grants`)
      await tab.tabTo('Name')
      await tab.type('lovelace')
      await tab.press('Enter')
      await tab.waitFor(async () => (await tab.url()) === `${issuer}/grants`)
      await look(tab, 'grants-none')
    })
  },
)
