import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { createWorld, insufficient, SERVER } from '../../auth/client/fixtures/world.ts'
import { memoryTasks, tasks } from '../../extensions/tasks/index.ts'
import { createKeyRing, mcp } from '../../index.ts'
import { type Host, openHost } from '../fixtures/open-host.ts'
import type { PendingCall, RunningTask } from './types.ts'

const world = createWorld({}, { metadata: { scopes_supported: ['read'] } })
let berths: string[] = []
let lists = 0
/** What a ship waits for before it is loaded, so that its call has become a task by then. */
let tide = Promise.withResolvers<void>()

const quay = mcp({
  name: 'quay',
  version: '1.0.0',
  keys: createKeyRing(['a secret that stays the same for ever']),
  cache: { ttl: 60_000 },
})
const moor = quay.tool({
  description: 'Moor a ship.',
  effect: 'write',
  run: async (_, { ask }) => {
    const { ship } = await ask('ship', { message: 'Which ship?', answer: z.object({ ship: z.string() }) })
    const { berth } = await ask('berth', { message: 'Where?', answer: z.object({ berth: z.number() }) })
    berths.push(`${ship} at ${berth}`)
    return `${ship} lies at ${berth}`
  },
})
const pay = quay.tool({
  description: 'Pay.',
  effect: 'write',
  run: async (_, { visit }) => {
    await visit('pay', { message: 'Pay the fee.', url: 'https://pay.example.com/7' })
    return 'paid'
  },
})
const load = quay.tool({
  description: 'Load a ship.',
  effect: 'write',
  long: true,
  run: async (_, { ask, progress }) => {
    progress(1, 2, 'Half of it')
    await tide.promise
    const { cargo } = await ask('cargo', { message: 'What?', answer: z.object({ cargo: z.string() }) })
    return `loaded ${cargo}`
  },
})
const server = quay.server({
  tools: { moor, pay, load },
  resources: { tide: quay.resource({ uri: 'quay://tide', read: () => 'high' }) },
  prompts: { log: quay.prompt({ description: 'Log.', render: () => 'Write the log.' }) },
  use: [tasks({ store: memoryTasks(), patience: 0, pollInterval: 50 })],
})

const answer = async (request: Request): Promise<Response> => {
  const { hostname } = new URL(request.url)
  if (hostname === 'quay.example.com') {
    if (request.headers.get('mcp-method') === 'tools/list') lists++
    return server.fetch(request)
  }
  if (hostname === 'evil.example.com') return new Response(null, { status: 500 })
  return world.send(request)
}

describe('clients', { timeout: 30_000 }, () => {
  let host: Host
  beforeAll(async () => {
    host = await openHost(answer)
  }, 60_000)
  afterAll(() => host?.[Symbol.asyncDispose]())

  const asked = async (outcome: Promise<unknown>): Promise<PendingCall> =>
    ((await outcome) as { readonly pending: PendingCall }).pending
  const started = async (outcome: Promise<unknown>): Promise<RunningTask> =>
    ((await outcome) as { readonly task: RunningTask }).task
  const signIn = async (owner: string): Promise<void> => {
    const page = new URL(await host.of(owner).signIn('notes', { returnTo: '/there' }))
    expect((await host.comeBack(owner, world.visit(page))).status).toBe(303)
  }
  const stateOf = async (owner: string, name: string) =>
    (await host.of(owner).servers()).find((each) => each.name === name)

  describe('calls', () => {
    it('tools, resources and prompts, and says who offers what', async () => {
      const ada = host.of('ada')
      expect((await ada.tools()).map(({ server: by, name }) => `${by} ${name}`)).toEqual([
        'quay moor',
        'quay pay',
        'quay load',
        'strict moor',
      ])
      expect(await ada.read('quay', 'quay://tide')).toMatchObject({ result: { contents: [{ text: 'high' }] } })
      expect(await ada.prompt('quay', 'log')).toMatchObject({
        result: { messages: [{ content: { text: 'Write the log.' } }] },
      })
      await expect(ada.call('quay', 'none')).rejects.toMatchObject({ name: 'ProtocolError', code: 'invalid_params' })
      await expect(ada.call('none', 'moor')).rejects.toMatchObject({ name: 'TypeError' })
      await expect(ada.call('strict', 'pay')).rejects.toThrow('is not to be used')
    })

    it('keeps lists while they are good, also when its object left the memory', async () => {
      const ada = host.of('list')
      await ada.tools()
      const before = lists
      await host.evict('list')
      expect(await ada.tools()).toHaveLength(4)
      expect(lists).toBe(before)
    })
  })

  describe('questions', () => {
    it('wait while the object leaves the memory and a new version is deployed, round for round', async () => {
      berths = []
      const first = await asked(host.of('ada').call('quay', 'moor'))
      expect(first).toMatchObject({
        server: 'quay',
        method: 'tools/call',
        about: 'moor',
        questions: [{ key: 'ship', message: 'Which ship?' }],
      })
      await host.evict('ada')
      const second = await asked(
        host.of('ada').answer(first.id, { ship: { action: 'accept', content: { ship: 'Storm' } } }),
      )
      expect(second.questions).toMatchObject([{ key: 'berth' }])
      await host.restart()
      expect(await host.of('ada').waiting()).toEqual([second])
      const done = await host.of('ada').answer(second.id, { berth: { action: 'accept', content: { berth: 7 } } })
      expect(done).toMatchObject({ result: { content: [{ text: 'Storm lies at 7' }] } })
      expect(await host.of('ada').waiting()).toEqual([])
      expect(berths).toEqual(['Storm at 7'])
    })

    it('are answered once, however many answer at the same time', async () => {
      berths = []
      const { id } = await asked(host.of('ada').call('quay', 'moor'))
      const ship = { ship: { action: 'accept', content: { ship: 'Gale' } } } as const
      const all = await Promise.allSettled([1, 2, 3].map(() => host.of('ada').answer(id, ship)))
      expect(all.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
      const next = all.find((each) => each.status === 'fulfilled')!
      const berth = { berth: { action: 'accept', content: { berth: 1 } } } as const
      const { id: second } = await asked(Promise.resolve(next.value))
      await host.of('ada').answer(second, berth)
      for (const each of [id, second])
        await expect(host.of('ada').answer(each, berth)).rejects.toMatchObject({
          name: 'WaitingError',
          problem: 'answered',
        })
      await expect(host.of('ada').look(id)).rejects.toMatchObject({ problem: 'answered' })
      expect(berths).toEqual(['Gale at 1'])
    })

    it('wait on when an answer does not fit', async () => {
      const { id } = await asked(host.of('ada').call('quay', 'moor'))
      const wrong = { name: 'WaitingError', problem: 'wrong' }
      await expect(host.of('ada').answer(id, {})).rejects.toMatchObject(wrong)
      const accept = (content: object) => ({ ship: { action: 'accept', content } }) as never
      await expect(host.of('ada').answer(id, accept({ ship: 7 }))).rejects.toMatchObject(wrong)
      await expect(host.of('ada').answer(id, { other: { action: 'cancel' } })).rejects.toMatchObject(wrong)
      await expect(host.of('ada').answer(id, { ship: { action: 'maybe' } } as never)).rejects.toMatchObject(wrong)
      expect(await host.of('ada').answer(id, { ship: { action: 'decline' } })).toMatchObject({
        result: { isError: true },
      })
    })

    it('are nobody else’s to see, to answer or to drop', async () => {
      const { id } = await asked(host.of('ada').call('quay', 'moor'))
      const eve = host.of('eve')
      expect(await eve.waiting()).toEqual([])
      const unknown = { problem: 'unknown' }
      await expect(eve.answer(id, { ship: { action: 'decline' } })).rejects.toMatchObject(unknown)
      await expect(eve.drop(id)).rejects.toMatchObject(unknown)
      await expect(eve.look(id)).rejects.toMatchObject(unknown)
      await host.of('ada').drop(id)
      await expect(host.of('ada').answer(id, { ship: { action: 'decline' } })).rejects.toMatchObject(unknown)
    })

    it('may be pages to visit', async () => {
      const { id, questions } = await asked(host.of('ada').call('quay', 'pay'))
      expect(questions).toEqual([
        { key: 'pay', mode: 'url', message: 'Pay the fee.', url: 'https://pay.example.com/7' },
      ])
      expect(await host.of('ada').answer(id, { pay: { action: 'accept' } })).toMatchObject({
        result: { content: [{ text: 'paid' }] },
      })
    })

    it('belong to nobody but the very same text', async () => {
      const one = 'a:b'
      const others = ['a', 'b', 'a:b ', '\u00e9', 'e\u0301', '\ud800', '\ud801', '\ufffd', 'registrations']
      const { id } = await asked(host.of(one).call('quay', 'moor'))
      for (const other of others) expect(await host.of(other).waiting()).toEqual([])
      await host.of(one).drop(id)
      for (const none of ['', 'x'.repeat(1025)])
        await expect(host.of(none).waiting()).rejects.toMatchObject({ name: 'TypeError' })
    })
  })

  describe('tasks', () => {
    it('are looked after by whoever comes, and ask', async () => {
      const task = await started(host.of('ada').call('quay', 'load'))
      expect(task).toMatchObject({ server: 'quay', about: 'load', pollAfter: 50 })
      await host.evict('ada')
      tide.resolve()
      const pending = await vi.waitUntil(async () => {
        const outcome = await host.of('ada').look(task.id)
        return 'pending' in outcome ? outcome.pending : undefined
      })
      expect(pending).toMatchObject({ id: task.id, questions: [{ key: 'cargo' }] })
      const cargo = { cargo: { action: 'accept', content: { cargo: 'salt' } } } as const
      const both = await Promise.allSettled([1, 2].map(() => host.of('ada').answer(task.id, cargo)))
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      await host.restart()
      const result = await vi.waitUntil(async () => {
        const outcome = await host.of('ada').look(task.id)
        return 'result' in outcome ? outcome.result : undefined
      })
      expect(result).toMatchObject({ content: [{ text: 'loaded salt' }] })
      expect(await host.of('ada').waiting()).toEqual([])
      expect(await host.of('ada').look(task.id)).toMatchObject({ result })
    })

    it('are cancelled when they are dropped', async () => {
      tide = Promise.withResolvers()
      const { id } = await started(host.of('ada').call('quay', 'load'))
      await host.of('ada').drop(id)
      tide.resolve()
      await expect(host.of('ada').look(id)).rejects.toMatchObject({ problem: 'unknown' })
    })
  })

  describe('signing in', () => {
    it('is one visit, after which the object may leave the memory', async () => {
      expect(await stateOf('sue', 'notes')).toMatchObject({ state: 'needs sign-in' })
      await expect(host.of('sue').call('notes', 'search')).rejects.toMatchObject({
        name: 'AuthorizationError',
        problem: 'needs_person',
      })
      const page = new URL(await host.of('sue').signIn('notes', { returnTo: '/there?a=b' }))
      await host.evict('sue')
      const back = await host.comeBack('sue', world.visit(page))
      expect([back.status, back.headers.get('location')]).toEqual([303, 'https://app.example.com/there?a=b'])
      expect(await stateOf('sue', 'notes')).toMatchObject({ state: 'ready' })
      expect(await host.of('sue').call('notes', 'search')).toMatchObject({ result: { content: [{ text: 'found' }] } })
    })

    it('registers this application once for all owners', async () => {
      const before = world.sentTo('/register').length
      await signIn('tom')
      await signIn('tim')
      expect(before).toBeGreaterThan(0)
      expect(world.sentTo('/register')).toHaveLength(before)
    })

    it('ends for who comes twice, for somebody else, in another session, or from elsewhere', async () => {
      const begin = async (session?: string): Promise<URL> =>
        world.visit(new URL(await host.of('uma').signIn('notes', { session })))
      const codes = (): number => world.sentTo('/token').length
      const once = await begin()
      expect((await host.comeBack('uma', once)).status).toBe(303)
      const before = codes()
      expect((await host.comeBack('uma', once)).status).toBe(400)
      const others = await begin()
      expect((await host.comeBack('eve', others)).status).toBe(400)
      expect((await host.comeBack('uma', await begin('one'), 'two')).status).toBe(400)
      expect((await host.comeBack('uma', await begin('one'))).status).toBe(400)
      expect((await host.comeBack('uma', await begin(), 'one')).status).toBe(400)
      const mixed = await begin()
      mixed.searchParams.set('iss', 'https://evil.example.com')
      const refused = await host.comeBack('uma', mixed)
      expect(await refused.text()).toBe('Signing in did not work. Go back to where you came from, and try again.\n')
      expect(codes()).toBe(before)
      expect(await stateOf('eve', 'notes')).toMatchObject({ state: 'needs sign-in' })
      for (const returnTo of ['//evil.example.com', '/\\evil.example.com', '/\t/evil.example.com', 'there'])
        await expect(host.of('uma').signIn('notes', { returnTo })).rejects.toThrow('returnTo')
      await expect(host.of('uma').signIn('notes', { returnTo: 'https://evil.example.com' })).rejects.toThrow('returnTo')
    })

    it('renews tokens once for all calls that want them, also after its object left the memory', async () => {
      await signIn('vic')
      const refreshes = (): number =>
        world.sentTo('/token').filter(({ body }) => body.includes('grant_type=refresh_token')).length
      for (const disturb of [async () => {}, () => host.evict('vic')]) {
        for (const token of world.tokens.values()) token.isRevoked = true
        await disturb()
        const before = refreshes()
        const all = await Promise.all([1, 2, 3, 4].map(() => host.of('vic').call('notes', 'search')))
        expect(all).toHaveLength(4)
        expect(refreshes()).toBe(before + 1)
      }
    })

    it('asks for the permission that a call was refused for', async () => {
      world.script.gate = (token, message) =>
        message['method'] === 'tools/call' && !token.scopes.includes('write') ? insufficient('write') : undefined
      await signIn('wes')
      await expect(host.of('wes').call('notes', 'save')).rejects.toMatchObject({
        problem: 'needs_person',
        scopes: ['read', 'write'],
      })
      expect(await stateOf('wes', 'notes')).toMatchObject({ state: 'ready' })
      const page = new URL(await host.of('wes').signIn('notes'))
      expect(page.searchParams.get('scope')).toBe('read write')
      await host.comeBack('wes', world.visit(page))
      expect(await host.of('wes').call('notes', 'save')).toMatchObject({ result: {} })
      world.script.gate = () => undefined
    })

    it('is over when somebody signs out, or is forgotten, and the tools with it', async () => {
      await signIn('xan')
      expect((await host.of('xan').tools()).map(({ server: by }) => by)).toContain('notes')
      await host.of('xan').signOut('notes')
      expect((await host.of('xan').tools()).map(({ server: by }) => by)).not.toContain('notes')
      await signIn('xan')
      await asked(host.of('xan').call('quay', 'moor'))
      await host.of('xan').forget()
      expect(await host.of('xan').waiting()).toEqual([])
      expect(await stateOf('xan', 'notes')).toMatchObject({ state: 'needs sign-in' })
    })

    it('keeps tokens where nobody reads them', async () => {
      const token = [...world.tokens.keys()].at(-1) ?? 'none'
      await signIn('yan')
      const all = JSON.stringify([await host.of('yan').servers(), await host.of('yan').tools(), await host.told()])
      const stored = await host.stored()
      expect(stored).toContain('notes https://notes.example.com/mcp')
      for (const secret of [token, 'canary-']) expect(all + stored).not.toContain(secret)
      expect(all).toContain(SERVER)
    })
  })
})
