import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import type { MiniflareOptions } from 'miniflare'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createOAuthProvider } from './oauth-provider.ts'
import { bundle, startWorkers } from '../packages/hawser/src/cloudflare/fixtures/start-workers.ts'
import { freePort } from '../examples/notes/free-port.ts'
import { ownerOf } from '../examples/notes/kit.ts'
import { readWrangler } from '../examples/notes/read-wrangler.ts'

/** The Worker in the runtime of Cloudflare, which can be started anew on what its objects have written. */
async function serve() {
  const folder = mkdtempSync(join(tmpdir(), 'notes-worker-'))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const options: MiniflareOptions = {
    name: 'notes',
    port,
    modules: true,
    script: await bundle('../../../../../examples/notes/worker.ts'),
    ...readWrangler(),
    bindings: { ORIGIN: origin, NOTES_SECRET: 'a secret of forty characters, for tests.' },
    durableObjectsPersist: folder,
  }
  let { miniflare } = await startWorkers(options)
  onTestFinished(async () => {
    await miniflare.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    url: new URL('/mcp', origin),
    /** How many people have notes here, in this run of the runtime or before. */
    countObjects: async () => (await miniflare.listDurableObjectIds('NOTES')).length,
    evict: (subject: string) => {
      const name = ownerOf({ issuer: origin, subject, scopes: new Set() })
      return miniflare.unsafeEvictDurableObject('notes', 'NotesObject', { name })
    },
    restart: async () => {
      await miniflare.dispose()
      miniflare = (await startWorkers(options)).miniflare
    },
  }
}

type Account = ReturnType<typeof createOAuthProvider>

/** The official client 2.4.0. */
const open = (url: URL, authProvider: Account['provider']) => ({
  client: new Client(
    { name: 'official', version: '2.4.0' },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { form: {} } } },
  ),
  transport: new StreamableHTTPClientTransport(url, { authProvider }),
})

/** Somebody who has said who they are, and allowed what the server asks for at first. */
async function signIn(url: URL, name: string): Promise<Account> {
  const account = createOAuthProvider(name)
  const { client, transport } = open(url, account.provider)
  await expect(client.connect(transport)).rejects.toBeInstanceOf(UnauthorizedError)
  await transport.finishAuth(await account.agree())
  return account
}

/** The client of one who is signed in. */
async function connect(url: URL, { provider, agree }: Account) {
  const { client, transport } = open(url, provider)
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }))
  await client.connect(transport)
  onTestFinished(() => client.close())
  const call = (name: string, args: Record<string, unknown> = {}) => client.callTool({ name, arguments: args })
  return {
    client,
    call,
    stepUp: async () => transport.finishAuth(await agree()),
    search: async (words: string) => (await call('search_notes', { words })).structuredContent,
  }
}

/** What a client hears of a note, and of the list. */
async function listen(client: Client, uri: string): Promise<readonly string[]> {
  const heard: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
  client.setNotificationHandler('notifications/resources/list_changed', () => void heard.push('list'))
  await client.listen({ resourceSubscriptions: [uri], resourcesListChanged: true })
  return heard
}

const NOTE = { title: 'Tides', text: 'High water at seven. Größe der Flut: 3 m.' }
const NOTHING = { notes: [] }
const LIMIT = { timeout: 60_000 }
const idOf = (saved: unknown): string => (saved as { readonly id: string }).id

it('serves who signs in, shows nobody what is of others, and forgets nothing over a restart', LIMIT, async () => {
  const { url, countObjects, evict, restart } = await serve()
  const [ada, grace] = [await signIn(url, 'ada'), await signIn(url, 'grace')]
  const hers = await connect(url, ada)
  expect(await hers.search('tide')).toEqual(NOTHING)

  await expect(hers.call('save_note', NOTE)).rejects.toBeInstanceOf(UnauthorizedError)
  expect(await hers.search('')).toEqual(NOTHING)
  await hers.stepUp()
  expect(ada.held()?.scope?.split(' ').toSorted()).toEqual(['notes:read', 'notes:write'])
  const id = idOf((await hers.call('save_note', NOTE)).structuredContent)
  const found = { notes: [{ id, title: 'Tides', excerpt: NOTE.text, changed: expect.any(String) }] }
  await evict('ada')
  expect(await hers.search('TID größ')).toEqual(found)
  expect(await hers.search('')).toEqual(found)
  expect(await hers.search('mooring OR "')).toEqual(NOTHING)

  const others = await connect(url, grace)
  await expect(others.call('save_note', NOTE)).rejects.toBeInstanceOf(UnauthorizedError)
  await others.stepUp()
  const uri = `note://${id}`
  const [heard, overheard] = [await listen(hers.client, uri), await listen(others.client, uri)]
  await hers.call('save_note', { ...NOTE, id, title: 'Tides of June' })
  await vi.waitUntil(() => heard.length === 2, { timeout: 10_000 })
  expect(heard.toSorted()).toEqual(['list', uri])

  expect(await others.search('')).toEqual(NOTHING)
  expect(await others.call('read_note', { id })).toMatchObject({ isError: true })
  expect(await others.call('save_note', { ...NOTE, id })).toMatchObject({ isError: true })
  await expect(others.client.readResource({ uri })).rejects.toThrow()
  expect((await others.client.listResources()).resources).toEqual([])
  await others.call('save_note', { title: 'Moorings', text: 'Of Grace.' })
  await vi.waitUntil(() => overheard.length > 0, { timeout: 10_000 })
  // Of her own list, which changed last, and of nothing before.
  expect(overheard).toEqual(['list'])

  expect(await countObjects()).toBe(2)

  await restart()
  const [later, othersLater] = [await connect(url, ada), await connect(url, grace)]
  const text = `# Tides of June\n\n${NOTE.text}`
  expect(await later.search('june')).toMatchObject({ notes: [{ id }] })
  expect((await later.client.readResource({ uri })).contents).toMatchObject([{ text }])
  expect(await othersLater.search('')).toMatchObject({ notes: [{ title: 'Moorings' }] })
  expect(await later.call('delete_notes', { ids: [id], titles: 'Tides of June' })).toMatchObject({
    content: [{ text: 'Deleted 1.' }],
  })
  expect(await later.search('june')).toEqual(NOTHING)
  // Nobody was sent to the sign-in again.
  expect([ada.asked.length, grace.asked.length]).toEqual([2, 2])
})
