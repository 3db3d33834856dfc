import { describe, expect, it, vi } from 'vitest'
import type { Authenticator, Principal } from '../call/index.ts'
import { mount } from '../compose.ts'
import { mcp, memoryChanges } from '../index.ts'
import { connect } from '../testing/index.ts'

/** A person as an issuer vouches for them. */
const person = (more: Partial<Principal> = {}): Principal => ({
  subject: 'ada',
  issuer: 'https://login.example.com',
  clientId: 'editor',
  tenant: 'acme',
  grant: 'g1',
  expiresAt: Date.now() + 600_000,
  scopes: new Set(['notes:wipe']),
  ...more,
})

/** Notes that are mounted for whoever calls. */
const setUp = () => {
  const revoked = new Set<string | undefined>()
  const auth: Authenticator = {
    authenticate: () => undefined,
    challenge: {},
    documents: () => [],
    isLive: ({ grant }) => !revoked.has(grant),
  }
  const called: (Principal | undefined)[] = []
  const notes = mcp({
    name: 'notes',
    version: '1',
    auth,
    changes: memoryChanges(),
    scopes: { 'notes:wipe': { title: 'Delete notes', live: true } },
    log: () => {},
  })
  const inner = notes.server({
    tools: {
      wipe: notes.tool({
        description: 'Delete all notes.',
        effect: 'destroy',
        confirm: false,
        scopes: ['notes:wipe'],
        run: (_, { principal }) => {
          called.push(principal)
          return 'wiped'
        },
      }),
    },
    resources: {
      all: notes.resource({ uri: 'notes://all', scopes: 'signedIn', read: () => '' }),
    },
  })
  const desk = mcp({ name: 'desk', version: '1', auth, changes: memoryChanges(), log: () => {} })
  const server = desk.server({ mounts: { notes: mount(inner, { as: 'caller', scopes: 'signedIn' }) } })
  return { server, inner, called, revoked }
}

describe('a server that is mounted for whoever calls', () => {
  it('knows the caller as this server does, and not as a local user', async () => {
    const { server, called } = setUp()
    const ada = person()
    await using client = await connect(server, { as: ada })
    await client.call('notes_wipe')
    expect(called).toEqual([ada])
  })

  it('asks whether the grant of each token holds', async () => {
    const { server, called, revoked } = setUp()
    await using first = await connect(server, { as: person() })
    await using second = await connect(server, { as: person({ grant: 'g2' }) })
    await first.call('notes_wipe')
    revoked.add('g2')
    expect(await second.call('notes_wipe')).toMatchObject({ isError: true })
    expect(called).toHaveLength(1)
    revoked.delete('g2')
    revoked.add('g1')
    expect(await second.call('notes_wipe')).toMatchObject({ content: [{ text: 'wiped' }] })
    expect(called.map((one) => one?.grant)).toEqual(['g1', 'g2'])
  })

  it('tells nobody what is for somebody of the same name in another tenant', async () => {
    const { server, inner } = setUp()
    const heard: string[] = []
    const listen = async (tenant: string) => {
      const client = await connect(server, { as: person({ tenant }) })
      await client.listen({ resourceSubscriptions: ['notes://all'] }, { onChange: () => heard.push(tenant) })
      return client
    }
    await using _acme = await listen('acme')
    await using _other = await listen('other')
    await inner.changed.resource('notes://all', { for: person({ tenant: 'other' }) })
    await inner.changed.resource('notes://all', { for: person({ tenant: 'acme' }) })
    await vi.waitFor(() => expect(heard).toContain('acme'))
    expect(heard).toEqual(['other', 'acme'])
  })

  it('goes on telling who comes back with a new token', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    try {
      const { server, inner } = setUp()
      await using before = await connect(server, { as: person() })
      await before.call('notes_wipe')
      await vi.advanceTimersByTimeAsync(601_000)
      await using after = await connect(server, { as: person() })
      const heard: unknown[] = []
      await using changes = await after.listen({ toolsListChanged: true }, { onChange: (change) => heard.push(change) })
      await vi.advanceTimersByTimeAsync(30_000)
      expect(heard).toEqual([])
      await inner.changed.tools()
      await vi.advanceTimersByTimeAsync(1)
      expect(heard).toEqual([{ kind: 'tools' }])
      expect(changes.filter).toEqual({ toolsListChanged: true })
    } finally {
      vi.useRealTimers()
    }
  })
})
