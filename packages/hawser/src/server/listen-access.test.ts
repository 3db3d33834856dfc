import { describe, expect, it, vi } from 'vitest'
import { type Authenticator, DECIDE, type Decision, type Principal, Values } from '../call/index.ts'
import type { Notification } from '../protocol/index.ts'
import { memoryChanges } from './changes.ts'
import { createServer } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer } from './fixtures/call-server.ts'

const ada: Principal = { subject: 'ada', issuer: 'https://id.example.com', scopes: new Set(['read', 'secret']) }
const MANY = Array.from({ length: 300 }, (_, id) => [
  `plain://${id}`,
  `free://${id}`,
  `chosen://${id % 2}/${id}`,
]).flat()

/** Subscribes to much that takes little, and says who was asked how often, and what was agreed to. */
async function subscribe(uris: readonly string[], { isLive }: Pick<Authenticator, 'isLive'>) {
  let asked = 0
  const server = createServer(
    {
      name: 'n',
      version: '1',
      log: () => {},
      changes: memoryChanges(),
      scopes: { read: 'Read', secret: { title: 'Read secrets', live: true } },
      auth: {
        authenticate: () => undefined,
        challenge: {},
        documents: () => [],
        isLive: async (principal) => (asked++, isLive?.(principal) ?? true),
      },
    },
    {
      resources: {
        plain: definers.resource({ uri: 'plain://{id}', scopes: ['secret'], read: () => '' }),
        free: definers.resource({ uri: 'free://{id}', scopes: 'public', read: () => '' }),
        chosen: definers.resource({
          uri: 'chosen://{kind}/{id}',
          scopes: ({ kind }) => {
            if (kind === 'bad') throw new Error('no such kind')
            return kind === '1' ? ['secret'] : ['read']
          },
          mayNeed: ['read', 'secret'],
          read: () => '',
        }),
      },
    },
  )
  const decisions: Decision[] = []
  const notifications: Notification[] = []
  const values = new Values().set(DECIDE, (decision) => void decisions.push(decision))
  const ended = callServer(
    server,
    'subscriptions/listen',
    { notifications: { resourceSubscriptions: [...uris] } },
    { principal: ada, values, notifications },
  )
  await Promise.race([ended, vi.waitFor(() => expect(notifications).toHaveLength(1))])
  await server.close()
  await ended
  const [acknowledged] = notifications
  if (acknowledged?.method !== 'notifications/subscriptions/acknowledged') throw new Error('Nothing was agreed to.')
  const { resourceSubscriptions = [] } = acknowledged.params?.notifications ?? {}
  return { decisions, asked, agreed: resourceSubscriptions }
}

describe('a subscription to many resources', () => {
  it('is one decision, and one question to the issuer, for all that takes the same', async () => {
    const { decisions, asked, agreed } = await subscribe(MANY, { isLive: () => true })
    expect(agreed).toEqual(MANY)
    expect(decisions.map(({ required, effect }) => [effect, ...required].join(' ')).toSorted()).toEqual([
      'allow',
      'allow read',
      'allow secret',
      'allow secret',
    ])
    // The subscription itself is one that may be ended.
    expect(asked).toBe(3)
  })

  it('leaves out all that takes what was revoked, and nothing else', async () => {
    const uris = ['plain://1', 'chosen://1/1', 'free://1', 'plain://2', 'chosen://0/1', 'chosen://1/2']
    let asked = 0
    // Granted anew by the time that the subscription itself begins.
    const { agreed } = await subscribe(uris, { isLive: () => ++asked > 2 })
    expect(agreed).toEqual(['free://1', 'chosen://0/1'])
  })

  it('fails as a whole, and leaves nothing behind that could bring the process down', async () => {
    const isLive = () => Promise.reject(new Error('The issuer is down.'))
    await expect(subscribe(['plain://1', 'chosen://bad/1'], { isLive })).rejects.toThrow('no such kind')
    await new Promise((resolve) => setImmediate(resolve))
  })
})
