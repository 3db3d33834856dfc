import { describe, expect, it, vi } from 'vitest'
import { type Call, type Handle, isCallOf, type Principal, ProtocolError } from '../call/index.ts'
import { connect } from '../testing/index.ts'
import { createDesk } from './fixtures/shop.ts'
import { attach, type MountDefinition } from './index.ts'

/** More callers than have a way of their own at a time. */
const MANY = 300

/** A server that mounts another one with a link for each caller, which says who opened and closed it. */
const perCaller = (act: (call: Call<'tools/call'>) => Promise<string> = async () => 'done', close = async () => {}) => {
  const opened: string[] = []
  const closed: string[] = []
  const handle: Handle = async (call) => {
    const hint = { ttlMs: 60_000, cacheScope: 'public' } as const
    if (isCallOf(call, 'tools/list')) return { tools: [{ name: 'act', inputSchema: { type: 'object' } }], ...hint }
    if (isCallOf(call, 'tools/call')) return { content: [{ type: 'text', text: await act(call) }] }
    if (isCallOf(call, 'server/discover'))
      return { supportedVersions: [], capabilities: { tools: { listChanged: true } }, ...hint }
    if (!isCallOf(call, 'subscriptions/listen')) throw new ProtocolError('method_not_found', 'no')
    call.notify({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: call.params.notifications },
    })
    return new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason as Error)))
  }
  const open = (caller: Principal | undefined) => {
    const subject = caller?.subject ?? 'nobody'
    opened.push(subject)
    const dispose = async (): Promise<void> => {
      closed.push(subject)
      await close()
    }
    return { handle, [Symbol.asyncDispose]: dispose }
  }
  const definition: MountDefinition = { open, perCaller: true }
  const { desk, hello, entries } = createDesk()
  const server = desk.server({ tools: { hello }, mounts: { m: { kind: 'mount', definition, attach } } })
  const as = (subject: string) => connect(server, { as: { subject } })
  const call = async (subject: string) => {
    await using client = await as(subject)
    return await client.call('m_act')
  }
  const crowd = async () => {
    for (let at = 0; at < MANY; at++) await call(`c${at}`)
  }
  return { server, opened, closed, entries, as, call, crowd }
}

describe('the way of a caller to a mounted server', () => {
  it('is kept between calls, and closed when so many others have called since', async () => {
    const { call, crowd, opened, closed } = perCaller()
    await call('ada')
    await call('ada')
    expect(opened).toEqual(['ada'])
    await crowd()
    expect(closed.slice(0, 2)).toEqual(['ada', 'c0'])
    expect(opened.length - closed.length).toBe(256)
    await call('ada')
    expect(opened.filter((subject) => subject === 'ada')).toHaveLength(2)
  })

  it('stays open for a call that is under way, and is closed after it', async () => {
    const working = Promise.withResolvers<string>()
    const begun = Promise.withResolvers<void>()
    let isFirst = true
    const { call, crowd, closed } = perCaller(async () => {
      if (!isFirst) return 'soon'
      isFirst = false
      begun.resolve()
      return working.promise
    })
    const long = call('ada')
    await begun.promise
    await crowd()
    expect(closed).toContain('c0')
    expect(closed).not.toContain('ada')
    working.resolve('late')
    expect(await long).toMatchObject({ content: [{ text: 'late' }] })
    expect(closed).toContain('ada')
  })

  it('stays open for a subscription, and is closed after it', async () => {
    const { as, crowd, closed } = perCaller()
    await using ada = await as('ada')
    const changes = await ada.listen({ toolsListChanged: true })
    expect(changes.filter).toEqual({ toolsListChanged: true })
    await crowd()
    expect(closed).not.toContain('ada')
    await changes[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(closed).toContain('ada'))
  })

  it('is not opened for what this server answers itself', async () => {
    const { as, opened } = perCaller()
    await using ada = await as('ada')
    await ada.call('hello')
    expect(opened).toEqual([])
  })

  it('is closed with the server, whoever is on it, and afterwards with each call', async () => {
    const begun = Promise.withResolvers<void>()
    const hanging = new Promise<never>(() => {})
    const subjects = new Set(['ada'])
    const { server, call, crowd, opened, closed } = perCaller(async () => {
      if (!subjects.delete('ada')) return 'soon'
      begun.resolve()
      return hanging
    })
    void call('ada').catch(() => {})
    await begun.promise
    await crowd()
    await server.close()
    expect(closed.toSorted()).toEqual(opened.toSorted())
    expect(closed).toContain('ada')
    await call('late')
    expect(closed.at(-1)).toBe('late')
  })

  it('is told to the operator when it does not close', async () => {
    const fault = new Error('stuck')
    const { call, crowd, entries } = perCaller(undefined, () => Promise.reject(fault))
    await call('ada')
    await crowd()
    expect(entries[0]).toEqual({
      level: 'warn',
      message: 'A way to the server mounted as "m" did not close.',
      cause: fault,
    })
  })
})
