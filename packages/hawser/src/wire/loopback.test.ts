import { describe, expect, it } from 'vitest'
import { type Call, ENV, type Handle, type LogEntry, type Reply, Values } from '../call/index.ts'
import type { Notification } from '../protocol/index.ts'
import { createLoopback, createReceiver, isLocal, type Local } from './loopback.ts'

const serve = (handle: Handle, log: (entry: LogEntry) => void = () => {}): Local => ({
  scopes: ['notes:read', 'notes:write'],
  receive: createReceiver({ handle, log }),
})

const callTool = (args: Record<string, unknown> = {}, notify: Call['notify'] = () => {}): Call => ({
  method: 'tools/call',
  params: { name: 'add', arguments: args },
  protocolVersion: '2026-07-28',
  clientInfo: { name: 'test', version: '1' },
  clientCapabilities: { elicitation: { form: {} } },
  values: new Values(),
  signal: new AbortController().signal,
  notify,
})

const done: Reply = { content: [] }

/** The call as the service gets it. */
const receive = async (call: Call, ...options: readonly [Parameters<typeof createLoopback>[1]?]): Promise<Call> => {
  const calls: Call[] = []
  const service = serve(async (received) => {
    calls.push(received)
    return done
  })
  await createLoopback(service, ...options)(call)
  const [received] = calls
  if (received === undefined) throw new Error('Nothing was received.')
  return received
}

describe('a service in this process', () => {
  // spec: custom-transport
  it('gets calls as they come from a wire', async () => {
    const given = { at: new Date(0), left: undefined, deep: [1] }
    const call = callTool(given)
    const received = await receive(call)
    expect(received).toMatchObject({
      method: 'tools/call',
      protocolVersion: '2026-07-28',
      clientInfo: { name: 'test' },
      clientCapabilities: { elicitation: { form: {} } },
    })
    expect(received.params).toHaveProperty('arguments', { at: '1970-01-01T00:00:00.000Z', deep: [1] })
    expect(received.signal).toBe(call.signal)
    expect(received.values).not.toBe(call.values)
  })

  it('is told who calls: the local user, a given one, or nobody', async () => {
    expect((await receive(callTool())).principal).toEqual({
      subject: 'local',
      scopes: new Set(['notes:read', 'notes:write']),
    })
    expect((await receive(callTool(), { as: { subject: 'ada', scopes: ['notes:read'] } })).principal).toEqual({
      subject: 'ada',
      scopes: new Set(['notes:read']),
    })
    expect((await receive(callTool(), { as: { subject: 'eve' } })).principal).toEqual({
      subject: 'eve',
      scopes: new Set(),
    })
    expect((await receive(callTool(), { as: null })).principal).toBeUndefined()
  })

  it('finds its environment', async () => {
    const env = { DB: {} }
    expect((await receive(callTool(), { env })).values.get(ENV)).toBe(env)
    expect((await receive(callTool())).values.get(ENV)).toBeUndefined()
  })

  // spec: completion-input-checked, prompt-input-checked, tool-malformed
  it('never sees params of a wrong shape', async () => {
    const call = { ...callTool(), params: { name: 7 } } as unknown as Call
    await expect(createLoopback(serve(async () => done))(call)).rejects.toMatchObject({ code: 'invalid_params' })
    await expect(
      createLoopback(serve(async () => done))({ ...callTool(), protocolVersion: '1900-01-01' }),
    ).rejects.toMatchObject({
      code: 'unsupported_version',
      data: { supported: ['2026-07-28'] },
    })
  })
})

describe('a reply', () => {
  it('is a copy that the client may change', async () => {
    const reply = Object.freeze({ content: Object.freeze([]), structuredContent: Object.freeze({ at: new Date(0) }) })
    const received = await createLoopback(serve(async () => reply))(callTool())
    expect(received).toEqual({ content: [], structuredContent: { at: '1970-01-01T00:00:00.000Z' } })
    expect(received).not.toBe(reply)
    expect(Object.isFrozen(received)).toBe(false)
  })

  // spec: result-type-unknown, result-type-known
  it('of an unknown type is refused', async () => {
    await expect(
      createLoopback(serve(async () => ({ resultType: 'later' }) as unknown as Reply))(callTool()),
    ).rejects.toMatchObject({ code: 'bad_reply' })
  })

  it('that JSON cannot carry is an internal error, logged with its cause', async () => {
    const entries: LogEntry[] = []
    const service = serve(
      async () => ({ content: [], structuredContent: 1n }),
      (entry) => entries.push(entry),
    )
    await expect(createLoopback(service)(callTool())).rejects.toMatchObject({ code: 'internal_error' })
    expect(entries).toMatchObject([{ level: 'error', method: 'tools/call', name: 'add', cause: expect.any(TypeError) }])
  })
})

describe('an error', () => {
  it('comes as strangers see it', async () => {
    const failing = createLoopback(
      serve(() => {
        throw new Error('secret')
      }),
    )(callTool())
    await expect(failing).rejects.toMatchObject({
      name: 'ProtocolError',
      code: 'internal_error',
      message: expect.stringMatching(/^Internal error \(ref \w+\)$/),
    })
    await expect(failing).rejects.not.toHaveProperty('cause')
  })

  it('for params that JSON cannot carry is the caller’s own', async () => {
    await expect(createLoopback(serve(async () => done))(callTool({ big: 1n }))).rejects.toThrow(TypeError)
  })
})

describe('a notification', () => {
  // spec: progress-ends
  it('is a copy, and ignored after the reply', async () => {
    const seen: Notification[] = []
    const data = Object.freeze({ a: 1 })
    let late = (): void => {}
    const service = serve(async ({ notify }) => {
      late = () => notify({ method: 'notifications/message', params: { level: 'info', data } })
      late()
      return done
    })
    await createLoopback(service)(callTool({}, (notification) => seen.push(notification)))
    late()
    expect(seen).toEqual([{ method: 'notifications/message', params: { level: 'info', data: { a: 1 } } }])
    expect(Object.isFrozen(seen[0]?.params)).toBe(false)
  })
})

describe('isLocal', () => {
  it('tells servers from other things with a handle', () => {
    expect(isLocal(serve(async () => done))).toBe(true)
    expect([{ handle: () => {} }, {}, null, undefined, 'x', () => {}].some(isLocal)).toBe(false)
  })
})
