import { describe, expect, it } from 'vitest'
import type { Notification, SubscriptionFilter } from '../protocol/index.ts'
import { type Changes, memoryChanges } from './changes.ts'
import { createServer } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer } from './fixtures/call-server.ts'

const { tool, resource, prompt } = definers
const parts = {
  tools: {
    t: tool({ description: 'd', effect: 'write', run: async (_, { changed }) => (await changed.tools(), 'ok') }),
  },
  resources: { r: resource({ uri: 'r://{id}', read: ({ id }) => id }) },
}

function open(changes: Changes | undefined, filter: SubscriptionFilter) {
  const server = createServer({ name: 'n', version: '1', log: () => {}, changes }, parts)
  const notifications: Notification[] = []
  const gone = new AbortController()
  const ended = callServer(
    server,
    'subscriptions/listen',
    { notifications: filter },
    { notifications, signal: gone.signal },
  )
  return { server, notifications, gone, ended }
}

const everything = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
  resourceSubscriptions: ['r://1'],
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('subscriptions/listen', () => {
  // basic/patterns/subscriptions#acknowledgment
  // spec: listen-acknowledged-first
  it('acknowledges first, with what it can honour', async () => {
    const { notifications, gone, ended } = open(memoryChanges(), everything)
    await turn()
    const { promptsListChanged: _, ...honoured } = everything
    expect(notifications).toEqual([
      { method: 'notifications/subscriptions/acknowledged', params: { notifications: honoured } },
    ])
    gone.abort()
    await expect(ended).resolves.toBeDefined()
  })

  it('tells of what is for one person in all of their programs, and to nobody else', async () => {
    const server = createServer({ name: 'n', version: '1', log: () => {}, changes: memoryChanges() }, parts)
    const gone = new AbortController()
    const ada = { subject: 'ada', issuer: 'https://login', tenant: 'a', scopes: new Set<string>() }
    const callers = {
      ada,
      'ada in another program': { ...ada, clientId: 'other' },
      'ada of another tenant': { ...ada, tenant: 'b' },
      'ada of no tenant': { ...ada, tenant: undefined },
      'ada of another issuer': { ...ada, issuer: 'https://other' },
      'the local ada': { subject: 'ada', scopes: new Set<string>() },
      eve: { ...ada, subject: 'eve' },
      nobody: undefined,
    }
    const heard = Object.entries(callers).map(([name, principal]) => {
      const notifications: Notification[] = []
      const given = { notifications, principal, signal: gone.signal }
      void callServer(server, 'subscriptions/listen', { notifications: everything }, given)
      return { name, notifications }
    })
    await turn()
    /** Who hears of something. */
    const hear = async (tell: () => Promise<void>): Promise<string[]> => {
      for (const { notifications } of heard) notifications.length = 0
      await tell()
      return heard.filter(({ notifications }) => notifications.length > 0).map(({ name }) => name)
    }
    const { tools, resources, resource: one } = server.changed
    expect(await hear(() => one('r://1', { for: ada }))).toEqual(['ada', 'ada in another program'])
    expect(await hear(() => resources({ for: callers['the local ada'] }))).toEqual(['the local ada'])
    expect(await hear(() => tools({ for: undefined }))).toEqual(['nobody'])
    expect(await hear(() => tools())).toEqual(Object.keys(callers))
    gone.abort()
  })

  it('names no more of a person than it takes, since changes travel', async () => {
    const published: unknown[] = []
    const changes: Changes = { publish: (change) => void published.push(change), subscribe: () => () => {} }
    const server = createServer({ name: 'n', version: '1', changes }, parts)
    const principal = { subject: 'ada', issuer: 'i', scopes: new Set(['s']), grant: 'g', clientId: 'c' }
    await server.changed.resource('r://1', { for: principal })
    expect(published).toEqual([{ kind: 'resource', uri: 'r://1', audience: { subject: 'ada', issuer: 'i' } }])
  })

  // spec: listen-requested-only
  it('delivers what was asked for and nothing else', async () => {
    const { server, notifications, gone, ended } = open(memoryChanges(), { resourceSubscriptions: ['r://1'] })
    await turn()
    await server.changed.tools()
    await server.changed.resource('r://2')
    await server.changed.resource('r://1')
    await server.changed.resources()
    expect(notifications.slice(1)).toEqual([{ method: 'notifications/resources/updated', params: { uri: 'r://1' } }])
    gone.abort()
    await ended
    await server.changed.resource('r://1')
    expect(notifications).toHaveLength(2)
  })

  it('hears what a handler changed', async () => {
    const { server, notifications } = open(memoryChanges(), { toolsListChanged: true })
    await turn()
    await callServer(server, 'tools/call', { name: 't' })
    expect(notifications.at(-1)).toEqual({ method: 'notifications/tools/list_changed' })
    await server.close()
  })

  // server/tools, server/resources and server/prompts, #list-changed-notification
  // spec: tools-list-changed, resources-list-changed, prompts-list-changed, listen-requested-only
  it.each(['tools', 'resources', 'prompts'] as const)(
    'tells those who want it that the list of %s changed',
    async (kind) => {
      const server = createServer(
        { name: 'n', version: '1', log: () => {}, changes: memoryChanges() },
        { ...parts, prompts: { p: prompt({ description: 'p', render: () => '' }) } },
      )
      const notifications: Notification[] = []
      const filter = { [`${kind}ListChanged`]: true }
      const ended = callServer(server, 'subscriptions/listen', { notifications: filter }, { notifications })
      await turn()
      for (const each of ['tools', 'resources', 'prompts'] as const) await server.changed[each]()
      await server.close()
      await ended
      expect(notifications.map(({ method }) => method)).toEqual([
        'notifications/subscriptions/acknowledged',
        `notifications/${kind}/list_changed`,
      ])
    },
  )

  // spec: listen-acknowledged-first
  it('never sends a change ahead of the acknowledgment', async () => {
    const { promise, resolve } = Promise.withResolvers<() => void>()
    const early: Changes = {
      publish: () => {},
      subscribe: (listener) => {
        listener({ kind: 'tools' })
        return promise
      },
    }
    const { server, notifications, ended } = open(early, { toolsListChanged: true })
    resolve(() => {})
    await turn()
    expect(notifications.map(({ method }) => method)).toEqual([
      'notifications/subscriptions/acknowledged',
      'notifications/tools/list_changed',
    ])
    await server.close()
    await ended
  })

  // basic/patterns/subscriptions#graceful-closure
  // spec: listen-teardown
  it('ends with a result when the server closes', async () => {
    const { server, ended } = open(memoryChanges(), everything)
    await turn()
    await server.close()
    expect(await ended).toMatchObject({ _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'n' } } })
  })

  it('is acknowledged and closed at once when nothing can ever change', async () => {
    for (const { notifications, ended } of [
      open(undefined, everything),
      open(memoryChanges(), {}),
      open(memoryChanges(), { promptsListChanged: true }),
    ]) {
      await ended
      expect(notifications).toEqual([
        { method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } },
      ])
    }
  })

  it('bounds what one client may watch and how many may listen', async () => {
    const many = { resourceSubscriptions: Array.from({ length: 1001 }, (_, index) => `r://${index}`) }
    await expect(open(memoryChanges(), many).ended).rejects.toMatchObject({ number: -32602 })
    const { server, ended } = open(memoryChanges(), everything)
    const listen = () => callServer(server, 'subscriptions/listen', { notifications: everything })
    const others = Array.from({ length: 1023 }, listen)
    await expect(listen()).rejects.toMatchObject({ message: expect.stringContaining('1024') })
    await server.close()
    await Promise.all([ended, ...others])
  })

  it('leaves places to others, however many subscriptions one caller opens', async () => {
    const { server, ended } = open(memoryChanges(), everything)
    const listenAs = (subject: string) =>
      callServer(
        server,
        'subscriptions/listen',
        { notifications: everything },
        { principal: { subject, issuer: 'https://id.example.com', scopes: new Set() } },
      )
    const own = Array.from({ length: 511 }, () => listenAs('eve'))
    const last = listenAs('eve')
    await expect(listenAs('eve')).rejects.toMatchObject({ message: expect.stringContaining('You hold 512') })
    const other = listenAs('ada')
    await server.close()
    await Promise.all([ended, ...own, last, other])
  })

  it('says what is missing when a handler reports a change that nobody can hear', async () => {
    const server = createServer({ name: 'n', version: '1', log: () => {} }, parts)
    await expect(server.changed.tools()).rejects.toThrow(/memoryChanges/)
  })
})
