import { describe, expect, it } from 'vitest'
import type { Call } from './call.ts'
import { Cancellation, goingOf, ReceivedCall } from './received-call.ts'
import { Values } from './values.ts'

function receive() {
  const cancellation = new Cancellation()
  const call: Call = new ReceivedCall(
    {
      method: 'tools/list',
      params: {},
      protocolVersion: '2026-07-28',
      clientCapabilities: {},
      values: new Values(),
      notify: () => {},
    },
    cancellation,
  )
  return { call, cancellation }
}

describe('a received call', () => {
  it('tells of its end whoever looked at the signal before, and whoever looks after', () => {
    const { call, cancellation } = receive()
    const { signal } = call
    expect([signal.aborted, goingOf(call).aborted]).toEqual([false, false])
    expect(() => goingOf(call).throwIfAborted()).not.toThrow()
    const reason = new Error('gone')
    cancellation.abort(reason)
    cancellation.abort(new Error('again'))
    expect(signal.reason).toBe(reason)
    expect(call.signal).toBe(signal)
    expect(goingOf(call).aborted).toBe(true)
    expect(() => goingOf(call).throwIfAborted()).toThrow(reason)

    const late = receive()
    late.cancellation.abort(reason)
    expect(late.call.signal.reason).toBe(reason)
  })

  it('hands its signal to copies of it', () => {
    const { call, cancellation } = receive()
    const copy = { ...call, method: 'prompts/list' as const }
    expect(copy.signal).toBe(call.signal)
    cancellation.abort(new Error('gone'))
    expect([copy.signal.aborted, goingOf(copy).aborted]).toEqual([true, true])
    expect(() => goingOf(copy).throwIfAborted()).toThrow('gone')
  })
})
