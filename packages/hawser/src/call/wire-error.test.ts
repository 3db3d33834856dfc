import { describe, expect, it } from 'vitest'
import { ConnectionError, PROTOCOL_ERRORS, ProtocolError } from './error.ts'
import { fromWireError, toWireError } from './wire-error.ts'

const sent = (error: unknown): number => toWireError(error, () => {}).error.code

describe('the number of an error that leaves', () => {
  // basic#error-codes: the specification alone gives out −32000 to −32099.
  // spec: error-code-old-range, error-code-reserved, error-code-retired, error-code-own
  it('is one that the specification defines, or lies outside its range', () => {
    const defined = [-32020, -32021, -32022]
    for (let number = -32099; number <= -32000; number++) {
      const error = new ProtocolError('other', 'x', { number })
      expect(sent(error), String(number)).toBe(defined.includes(number) ? number : 0)
    }
    const own = new Set<number>(Object.values(PROTOCOL_ERRORS).map(({ number }) => number))
    const reserved = [...defined, -32600, -32601, -32602, -32603, -32700]
    expect(new Set([...own].filter((number) => number < 0))).toEqual(new Set(reserved))
  })

  it('is that of a peer otherwise', () => {
    expect([
      sent(fromWireError({ code: 7, message: 'x' })),
      sent(fromWireError({ code: -32602, message: 'x' })),
    ]).toEqual([7, -32602])
  })

  // spec: error-local
  it('is never that of an error of this side', () => {
    for (const code of ['timeout', 'aborted', 'disconnected', 'bad_reply'] as const) {
      expect(toWireError(new ConnectionError(code, 'secret'), () => {}).error).toEqual({
        code: -32603,
        message: expect.stringMatching(/^Internal error/),
      })
    }
  })
})

describe('an error that arrives', () => {
  // server/resources#error-handling: earlier revisions say −32002 for a resource that does not exist.
  // spec: resource-old-code, error-code-retired
  it('says in the old way, too, that a resource does not exist, and leaves in the new one', () => {
    const error = fromWireError({ code: -32002, message: 'Resource not found' })
    expect(error).toMatchObject({ code: 'invalid_params', number: -32002 })
    expect(sent(error)).toBe(-32602)
  })

  // spec: error-code-old-range
  it('means nothing with any other number of the old range', () => {
    const old = Array.from({ length: 20 }, (_, at) => -32019 + at).filter((number) => number !== -32002)
    expect(new Set(old.map((code) => fromWireError({ code, message: 'x' }).code))).toEqual(new Set(['other']))
  })
})
