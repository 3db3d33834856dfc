import { describe, expect, it } from 'vitest'
import type { Call } from './call.ts'
import { Cancellation, isAborted, ReceivedCall, throwIfAborted } from './received-call.ts'
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
    expect([signal.aborted, isAborted(call)]).toEqual([false, false])
    expect(() => throwIfAborted(call)).not.toThrow()
    const reason = new Error('gone')
    cancellation.abort(reason)
    cancellation.abort(new Error('again'))
    expect(signal.reason).toBe(reason)
    expect(call.signal).toBe(signal)
    expect(isAborted(call)).toBe(true)
    expect(() => throwIfAborted(call)).toThrow(reason)

    const late = receive()
    late.cancellation.abort(reason)
    expect(late.call.signal.reason).toBe(reason)
  })

  it('hands its signal to copies of it', () => {
    const { call, cancellation } = receive()
    const copy = { ...call, method: 'prompts/list' as const }
    expect(copy.signal).toBe(call.signal)
    cancellation.abort(new Error('gone'))
    expect([copy.signal.aborted, isAborted(copy)]).toEqual([true, true])
    expect(() => throwIfAborted(copy)).toThrow('gone')
  })
})
