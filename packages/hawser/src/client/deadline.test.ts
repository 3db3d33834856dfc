import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Call, type Handle, HOLD, type Interceptor } from '../call/index.ts'
import { createClient } from './create-client.ts'

/** The second argument of each call to `addEventListener` or `removeEventListener`. */
const listeners = (calls: readonly (readonly unknown[])[]): unknown[] => calls.map(([, listener]) => listener)

const hang: Handle = () => new Promise(() => {})
const done = { content: [] }

/** A handle whose calls are answered by hand. */
const byHand = () => {
  const calls: {
    readonly call: Call
    readonly answer: (reply: never) => void
    readonly fail: (error: Error) => void
  }[] = []
  const handle: Handle = (call) => new Promise((answer, fail) => calls.push({ call, answer, fail }))
  return { handle, calls }
}

const report = (call: Call, progress: number, progressToken = call.params._meta?.progressToken) =>
  call.notify({ method: 'notifications/progress', params: { progressToken: progressToken ?? 0, progress } })

/** What a promise is rejected with. */
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'It did not fail.',
    (error: unknown) => error,
  )

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a call that waits for a person', () => {
  it('has no time to keep until that person is done, and all of it afterwards', async () => {
    const { handle, calls } = byHand()
    const client = createClient(handle, { timeout: 1000, maxTimeout: 2000 })
    const failed = failure(client.call('sign', {}))
    await vi.advanceTimersByTimeAsync(900)
    const release = calls.at(-1)?.call.values.get(HOLD)?.()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(calls.at(-1)?.call.signal.aborted).toBe(false)
    release?.()
    await vi.advanceTimersByTimeAsync(900)
    expect(calls.at(-1)?.call.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    expect(await failed).toMatchObject({ code: 'timeout' })
  })

  it('leaves no timer when it was answered meanwhile', async () => {
    const { handle, calls } = byHand()
    const client = createClient(handle, { timeout: 1000 })
    const reply = client.call('sign', {})
    await vi.advanceTimersByTimeAsync(1)
    const release = calls.at(-1)?.call.values.get(HOLD)?.()
    calls.at(-1)?.answer(done as never)
    await reply
    release?.()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a call that is not answered', () => {
  // basic/patterns/cancellation#timeouts
  // spec: timeout-request, tools-timeout
  it('times out after a minute, aborting its signal so that the transport cancels it', async () => {
    const { handle, calls } = byHand()
    const calling = createClient(handle).call('slow')
    const refused = failure(calling)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(calls[0]?.call.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(calls[0]?.call.signal.aborted).toBe(true)
    expect(await refused).toMatchObject({
      name: 'ConnectionError',
      code: 'timeout',
      message: 'tools/call was neither answered nor reported progress within 60 s.',
    })
    expect(vi.getTimerCount()).toBe(0)
  })

  // spec: timeout-per-request
  it.each([
    ['client', { timeout: 500 }, {}],
    ['call', { timeout: 90_000 }, { timeout: 500 }],
    ['hard limit', { timeout: 90_000, maxTimeout: 500 }, {}],
    ['hard limit of the call', {}, { maxTimeout: 500 }],
  ])('times out as the %s says', async (_, clientOptions, callOptions) => {
    const refused = failure(createClient(hang, clientOptions).call('slow', {}, callOptions))
    await vi.advanceTimersByTimeAsync(500)
    expect(await refused).toMatchObject({
      code: 'timeout',
    })
  })

  // spec: timeout-hard
  it('lives on while there is progress, but never longer than the hard limit', async () => {
    const { handle, calls } = byHand()
    const seen: number[] = []
    const client = createClient(handle, {
      timeout: 1000,
      maxTimeout: 3000,
      onProgress: ({ progress }) => seen.push(progress),
    })
    const refused = failure(client.call('slow'))
    for (let progress = 1; progress <= 3; progress++) {
      await vi.advanceTimersByTimeAsync(900)
      for (const { call } of calls) report(call, progress)
    }
    await vi.advanceTimersByTimeAsync(300)
    expect(await refused).toMatchObject({
      code: 'timeout',
      message: 'tools/call was not answered within 3 s.',
    })
    expect(seen).toEqual([1, 2, 3])
    expect(vi.getTimerCount()).toBe(0)
  })

  // spec: progress-tracked
  it('is not kept alive by progress of another request', async () => {
    const { handle, calls } = byHand()
    const seen: unknown[] = []
    const refused = failure(
      createClient(handle, { timeout: 1000, onProgress: (progress) => seen.push(progress) }).call('slow'),
    )
    await vi.advanceTimersByTimeAsync(900)
    for (const { call } of calls) report(call, 1, 'another')
    await vi.advanceTimersByTimeAsync(100)
    expect(await refused).toMatchObject({ code: 'timeout' })
    expect(seen).toEqual([])
  })

  it('waits for ever when it is told to', async () => {
    const { handle, calls } = byHand()
    const calling = createClient(handle, { timeout: Infinity, maxTimeout: Infinity }).call('slow')
    await vi.advanceTimersByTimeAsync(86_400_000)
    calls[0]?.answer(done as never)
    expect(await calling).toEqual(done)
  })

  it.each([0, -1, Number.NaN])('refuses a timeout of %s', async (timeout) => {
    expect(() => createClient(hang, { timeout })).toThrow(RangeError)
    await expect(createClient(hang).call('slow', {}, { maxTimeout: timeout })).rejects.toThrow(RangeError)
  })
})

describe('a call that is answered', () => {
  it('leaves no timer and no listener behind', async () => {
    const { signal } = new AbortController()
    const watched: Record<'added' | 'removed', readonly (readonly unknown[])[]>[] = []
    const watch = (target: AbortSignal): void => {
      const added = vi.spyOn(target, 'addEventListener').mock.calls
      const removed = vi.spyOn(target, 'removeEventListener').mock.calls
      watched.push({ added, removed })
    }
    watch(signal)
    const watching: Interceptor = (next) => (call) => {
      watch(call.signal)
      return next(call)
    }
    await createClient(async () => done, { use: [watching] }).call('fast', {}, { signal })
    expect(vi.getTimerCount()).toBe(0)
    expect(watched).toHaveLength(2)
    for (const { added, removed } of watched) {
      expect(added).not.toEqual([])
      expect(listeners(removed)).toEqual(expect.arrayContaining(listeners(added)))
    }
  })

  // basic/patterns/progress#behavior-requirements: progress stops after completion.
  it('ignores notifications that come late', async () => {
    const { handle, calls } = byHand()
    const seen: unknown[] = []
    const calling = createClient(handle, {
      onProgress: (progress) => seen.push(progress),
      onLog: (message) => seen.push(message),
    }).call('fast')
    for (const { call, answer } of calls) {
      report(call, 1)
      answer(done as never)
    }
    await calling
    for (const { call } of calls) {
      report(call, 2)
      call.notify({ method: 'notifications/message', params: { level: 'info', data: 'late' } })
    }
    expect(seen).toEqual([{ progress: 1 }])
  })

  // spec: cancel-late-answer
  it('ignores a reply that comes after it was given up', async () => {
    const { handle, calls } = byHand()
    const refused = failure(createClient(handle, { timeout: 10 }).call('slow'))
    await vi.advanceTimersByTimeAsync(10)
    calls[0]?.fail(new Error('late'))
    expect(await refused).toMatchObject({
      code: 'timeout',
    })
  })
})

describe('a progress token', () => {
  // basic/patterns/progress#progress-flow: unique across all active requests.
  // spec: progress-token-unique, progress-token-type
  it('is sent with every request and never twice, whichever client sends it', async () => {
    const tokens: unknown[] = []
    const handle: Handle = async (call) => {
      tokens.push(call.params._meta?.progressToken)
      return done
    }
    const [one, two] = [createClient(handle), createClient(handle)]
    await Promise.all([one.call('a'), one.call('b'), two.call('a'), two.call('b')])
    expect(new Set(tokens).size).toBe(4)
    expect(tokens.every(Number.isInteger)).toBe(true)
  })
})

describe('a signal', () => {
  it('that is aborted ends the call, though the handle does not care', async () => {
    const controller = new AbortController()
    const calling = createClient(hang).call('slow', {}, { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(calling).rejects.toMatchObject({ name: 'ConnectionError', code: 'aborted', cause: reason })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that was aborted before sends nothing', async () => {
    const handle = vi.fn(hang)
    await expect(createClient(handle, { signal: AbortSignal.abort() }).call('slow')).rejects.toMatchObject({
      code: 'aborted',
    })
    expect(handle).not.toHaveBeenCalled()
  })

  it('that stands for a time limit ends it as a timeout', async () => {
    const controller = new AbortController()
    const calling = createClient(hang).call('slow', {}, { signal: controller.signal })
    controller.abort(new DOMException('late', 'TimeoutError'))
    await expect(calling).rejects.toMatchObject({ code: 'timeout' })
  })

  it('wins over what the transport makes of it', async () => {
    const controller = new AbortController()
    const handle: Handle = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError'))))
    const calling = createClient(handle).call('slow', {}, { signal: controller.signal })
    controller.abort()
    await expect(calling).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('a callback that throws', () => {
  it('fails the call it belongs to and not the transport', async () => {
    const { handle, calls } = byHand()
    const cause = new Error('broken callback')
    const calling = createClient(handle).call(
      'slow',
      {},
      {
        onProgress: () => {
          throw cause
        },
      },
    )
    for (const { call } of calls) expect(() => report(call, 1)).not.toThrow()
    await expect(calling).rejects.toMatchObject({ code: 'aborted', cause })
  })
})
