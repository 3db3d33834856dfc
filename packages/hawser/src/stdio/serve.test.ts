import { describe, expect, it } from 'vitest'
import { callTool, cancel, request, textResult } from './fixtures/messages.ts'
import { encoder, startLines as start } from './fixtures/start-lines.ts'
import type { LineService } from './serve.ts'
import { createTinyService } from './fixtures/tiny-service.ts'

const afterwards = callTool('after', 'echo', { value: 'fine' })

describe('requests in flight', () => {
  // spec: result-id, stateless-interleaving
  it('are answered in the order in which they are ready', async () => {
    const { push, until } = start()
    push(callTool(1, 'wait', { gate: 'a', value: 'first' }) + callTool(2, 'echo', { value: 'second' }))
    expect(await until(1)).toEqual([textResult(2, 'second')])
    push(callTool(3, 'open', { gate: 'a' }))
    const rest = (await until(3)).slice(1)
    expect(rest).toContainEqual(textResult(1, 'first'))
    expect(rest).toContainEqual(textResult(3, 'opened'))
  })

  it('leave in one write when they come in one chunk', async () => {
    const { push, until, writes } = start()
    push(Array.from({ length: 100 }, (_, id) => callTool(id, 'echo', { value: id })).join(''))
    await until(100)
    expect(writes).toHaveLength(1)
  })

  it('are refused in one write when they come in one chunk', async () => {
    const { push, until, writes } = start()
    push('nonsense\n'.repeat(100))
    await until(100)
    expect(writes).toHaveLength(1)
  })

  it('are found in chunks that are cut anywhere', async () => {
    const { push, until } = start()
    const bytes = encoder.encode(callTool(1, 'echo', { value: 'ä€😀' }) + callTool(2, 'echo', { value: 'b' }))
    for (const byte of bytes) push(Uint8Array.of(byte))
    expect(await until(2)).toEqual([textResult(1, 'ä€😀'), textResult(2, 'b')])
  })

  // basic#requests: an id must not match that of a request without an answer.
  // spec: request-id-unique
  it('keep their id: a second request with it is refused, the first is answered', async () => {
    const { push, until } = start()
    push(callTool(1, 'wait', { gate: 'a', value: 'first' }))
    push(callTool(1, 'echo', { value: 'second' }))
    push(callTool(2, 'open', { gate: 'a' }))
    const [refusal, ...rest] = await until(3)
    expect(refusal).toMatchObject({ id: 1, error: { code: -32600 } })
    expect(rest).toContainEqual(textResult(1, 'first'))
  })

  it('give their id back once they are answered', async () => {
    const { push, until } = start()
    push(callTool(1, 'echo', { value: 'a' }))
    await until(1)
    push(callTool(1, 'echo', { value: 'b' }))
    expect(await until(2)).toEqual([textResult(1, 'a'), textResult(1, 'b')])
  })

  it('are capped, counting cancelled ones that have not stopped', async () => {
    const { server, push, until } = start({ maxInFlight: 2 })
    push(callTool(1, 'hang') + callTool(2, 'wait', { gate: 'a', value: 'x' }) + cancel(1))
    expect(server.inFlight).toBe(1)
    push(callTool(3, 'echo', { value: 'too many' }))
    const [refusal] = await until(1)
    expect(refusal).toMatchObject({ id: 3, error: { code: -32600, message: expect.stringContaining('at most 2') } })
  })

  it('carry the local user with every scope of the service', async () => {
    const { push, until } = start()
    push(callTool(1, 'whoami'))
    expect(await until(1)).toEqual([textResult(1, 'local notes:read notes:write')])
  })

  it('carry another user when the operator says so', async () => {
    const { push, until } = start({ principal: { subject: 'ada', scopes: new Set(['notes:read']) } })
    push(callTool(1, 'whoami'))
    expect(await until(1)).toEqual([textResult(1, 'ada notes:read')])
  })
})

describe('failures', () => {
  it.each(['throw', 'bigint', 'cycle', 'nothing', 'badData'])('of the tool %s are logged, not told', async (name) => {
    const { push, until, service } = start()
    push(callTool(1, name))
    push(afterwards)
    const messages = await until(2)
    const { error } = messages.find(({ id }) => id === 1) ?? {}
    const ref = /^Internal error \(ref (\w+)\)$/.exec(error?.message ?? '')?.[1]
    expect(error).toEqual({ code: -32603, message: expect.stringContaining('ref') })
    expect(service.entries).toContainEqual(
      expect.objectContaining({ ref, level: 'error', method: 'tools/call', name, cause: expect.any(Error) }),
    )
    expect(messages).toContainEqual(textResult('after', 'fine'))
  })

  it('that a service means to tell are told', async () => {
    const { push, until } = start()
    push(callTool(1, 'refuse'))
    expect(await until(1)).toEqual([
      { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'No.', data: { why: 'because' } } },
    ])
  })

  it('of a notification do not harm the request', async () => {
    const { push, until, service } = start()
    push(callTool(1, 'badNotification'))
    expect(await until(1)).toEqual([textResult(1, 'done')])
    expect(service.entries).toHaveLength(1)
  })
})

describe('cancellation', () => {
  // basic/transports/stdio#cancellation: servers must not send any further messages for it.
  // spec: stdio-cancel-silence, stdio-cancel-stop, cancel-stops
  it('stops the work and silences the request', async () => {
    const { server, push, until, service } = start()
    push(
      callTool(1, 'wait', { gate: 'a', value: 'late' }) +
        callTool(2, 'obey') +
        cancel(1, 'changed my mind') +
        cancel(2),
    )
    expect(service.aborted).toEqual(['wait', 'obey'])
    expect(server.inFlight).toBe(0)
    push(callTool(3, 'open', { gate: 'a' }) + afterwards)
    expect((await until(2)).map(({ id }) => id)).toEqual([3, 'after'])
  })

  // basic/patterns/cancellation#implementation-notes: log cancellation reasons.
  // spec: cancel-logged
  it('is logged with its reason', () => {
    const { push, service } = start()
    push(callTool(1, 'hang') + cancel(1, 'x'.repeat(1000)))
    expect(service.entries).toHaveLength(1)
    expect(service.entries[0]).toMatchObject({ level: 'info', message: expect.stringContaining('xxx') })
    expect(service.entries[0]?.message.length).toBeLessThan(400)
  })

  // spec: cancel-race
  it('frees the id, and a late answer does not take the place of the new one', async () => {
    const { push, until } = start()
    push(callTool(1, 'wait', { gate: 'a', value: 'old' }) + cancel(1))
    push(callTool(1, 'wait', { gate: 'b', value: 'new' }) + callTool(2, 'open', { gate: 'a' }))
    expect(await until(1)).toEqual([textResult(2, 'opened')])
    push(callTool(3, 'open', { gate: 'b' }))
    expect((await until(3)).find(({ id }) => id === 1)).toEqual(textResult(1, 'new'))
  })

  // spec: cancel-race
  it('of a request that is answered changes nothing', async () => {
    const { push, until, service } = start()
    push(callTool(1, 'echo', { value: 'a' }))
    await until(1)
    push(cancel(1) + afterwards)
    await until(2)
    expect(service.aborted).toEqual([])
  })
})

describe('notifications', () => {
  // spec: notification-no-id, progress-own-token
  it('of a request come before its answer', async () => {
    const { push, until } = start()
    push(callTool(1, 'progress', {}, { progressToken: 't' }))
    const [first, second, answer] = await until(3)
    expect(first).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 't', progress: 1 },
    })
    expect(second).toMatchObject({ params: { progress: 2 } })
    expect(answer).toEqual(textResult(1, 'done'))
  })

  const subscriptionId = 'io.modelcontextprotocol/subscriptionId'
  const listen = request('s', 'subscriptions/listen', { notifications: { toolsListChanged: true } })
  const acknowledgment = {
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications: { toolsListChanged: true }, _meta: { [subscriptionId]: 's' } },
  }
  const change = {
    jsonrpc: '2.0',
    method: 'notifications/tools/list_changed',
    params: { _meta: { [subscriptionId]: 's' } },
  }

  // basic/patterns/subscriptions#receiving-notifications: all carry the subscription id.
  // spec: subscription-id
  it('of a subscription carry its id', async () => {
    const { push, until } = start()
    push(listen + callTool(1, 'announce'))
    expect(await until(3)).toEqual([acknowledgment, change, textResult(1, '1')])
  })

  it('of a subscription end when the client cancels it', async () => {
    const { push, until } = start()
    push(listen + cancel('s') + callTool(1, 'announce'))
    const messages = await until(2)
    expect(messages).toEqual([acknowledgment, expect.objectContaining({ id: 1 })])
  })

  // basic/patterns/cancellation: the server must send notifications/cancelled when it tears a subscription down;
  // basic/patterns/subscriptions#graceful-closure: and should answer the request, with its id in _meta.
  // spec: cancel-subscription, listen-teardown, listen-result
  it('end with a cancellation and a result when the service closes', async () => {
    const { push, until, service } = start()
    push(listen)
    await until(1)
    await service.close()
    expect((await until(3)).slice(1)).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 's', _meta: { [subscriptionId]: 's' } },
      },
      { jsonrpc: '2.0', id: 's', result: { resultType: 'complete', _meta: { [subscriptionId]: 's' } } },
    ])
  })

  it('end the same way at the end of input, whether or not the service is closed with it', async () => {
    for (const closeService of [true, false]) {
      const { server, push, messages } = start({ closeService })
      push(listen)
      await server.end()
      expect(messages().map(({ id, method }) => id ?? method)).toEqual([
        'notifications/subscriptions/acknowledged',
        'notifications/cancelled',
        's',
      ])
    }
  })
})

describe('the end of input', () => {
  it('lets requests finish that need only a moment', async () => {
    const { server, push, messages } = start({ graceMs: 10_000 })
    push(callTool(1, 'wait', { gate: 'a', value: 'finished' }) + callTool(2, 'open', { gate: 'a' }))
    await server.end()
    expect(messages()).toContainEqual(textResult(1, 'finished'))
  })

  it('reads a last line without a line break', async () => {
    const { server, push, messages } = start()
    push(callTool(1, 'echo', { value: 'last' }).trimEnd())
    await server.end()
    expect(messages()).toEqual([textResult(1, 'last')])
  })

  // spec: cancel-nothing-else
  it('aborts what goes on too long, without an answer', async () => {
    const { server, push, messages, service } = start()
    push(callTool(1, 'hang') + callTool(2, 'obey') + callTool(3, 'echo', { value: 'x' }))
    await server.end()
    expect(service.aborted).toEqual(['hang', 'obey'])
    expect(messages()).toEqual([textResult(3, 'x')])
    expect(server.inFlight).toBe(0)
  })

  it('comes once, and nothing is read after it', async () => {
    const { server, push, messages } = start()
    expect(server.end()).toBe(server.end())
    push(callTool(1, 'echo', { value: 'x' }))
    await server.end()
    expect(messages()).toEqual([])
  })

  it('waits for a full pipe', async () => {
    const pipe = Promise.withResolvers<void>()
    const otherwiseDone = Promise.withResolvers<void>()
    const { server, push } = start(
      {
        write: () => pipe.promise,
      },
      {
        ...createTinyService(),
        lineFallback: () => ({ receive: () => false, end: async () => otherwiseDone.resolve(), close: () => {} }),
      },
    )
    push(callTool(1, 'echo', { value: 'a' }))
    let over = false
    const ended = server.end().then(() => (over = true))
    await otherwiseDone.promise
    await new Promise((resolve) => setTimeout(resolve))
    expect(over).toBe(false)
    pipe.resolve()
    expect(await ended).toBe(true)
  })
})

describe('a fallback', () => {
  const undescribed = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}\n'

  const withFallback = (takes: boolean, done?: Promise<void>) => {
    const received: string[] = []
    const ended: string[] = []
    const lineFallback: LineService['lineFallback'] = (_, { send }) => ({
      receive: (message) => {
        received.push(message.kind)
        if (takes) send('{"from":"fallback"}')
        return takes
      },
      end: async () => {
        ended.push('end')
        await done
      },
      close: () => void ended.push('close'),
    })
    return { ...start({}, { ...createTinyService(), lineFallback }), received, ended }
  }

  it('gets what does not describe itself, and only that', async () => {
    const { server, push, until, received, ended } = withFallback(true)
    push(callTool(2, 'echo', { value: 'mine' }) + undescribed)
    push('{"jsonrpc":"2.0","id":7,"result":{}}\n{"jsonrpc":"2.0","method":"notifications/started"}\n')
    expect(await until(4)).toContainEqual(textResult(2, 'mine'))
    expect(received).toEqual(['request', 'response', 'notification'])
    await server.end()
    expect(ended).toEqual(['end', 'close'])
  })

  it('is closed when it takes too long to end', async () => {
    const { server, ended } = withFallback(true, new Promise(() => {}))
    await server.end()
    expect(ended).toEqual(['end', 'close'])
  })

  it('leaves to be refused what it does not take', async () => {
    const { push, until } = withFallback(false)
    push(undescribed)
    expect(await until(1)).toMatchObject([{ id: 1, error: { code: -32602 } }])
  })
})
