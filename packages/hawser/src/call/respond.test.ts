import { describe, expect, it, vi } from 'vitest'
import type { Call, Handle, Reply } from './call.ts'
import { intercept } from './call.ts'
import { ProtocolError } from './error.ts'
import { createHandle, respondBy } from './respond.ts'

const call = { method: 'server/discover' } as Call
const reply = {} as Reply

describe('a handle that may answer at once', () => {
  it('does so for a transport, and by a promise for everybody else', async () => {
    const handle = createHandle(() => reply)
    expect(respondBy({ handle })(call)).toBe(reply)
    await expect(handle(call)).resolves.toBe(reply)
    expect(respondBy({ handle: intercept(handle, []) })(call)).toBe(reply)
  })

  it('throws for a transport and rejects for everybody else', async () => {
    const handle = createHandle(() => {
      throw new ProtocolError('method_not_found', 'No.')
    })
    expect(() => respondBy({ handle })(call)).toThrow('No.')
    await expect(handle(call)).rejects.toThrow('No.')
  })

  it('is not reached around what wraps it', async () => {
    const handle = createHandle(() => reply)
    const guard = vi.fn<Handle>((given) => handle(given))
    await respondBy({ handle: guard })(call)
    await respondBy({ handle: intercept(handle, [() => guard]) })(call)
    expect(guard).toHaveBeenCalledTimes(2)
  })
})

it('asks any other handle as a method of its service, and makes a promise of what comes', async () => {
  const service = {
    asked: 0,
    handle(this: { asked: number }) {
      this.asked++
      return reply as unknown as Promise<Reply>
    },
  }
  const answer = respondBy(service)(call)
  expect(answer).toBeInstanceOf(Promise)
  await expect(answer).resolves.toBe(reply)
  expect(service.asked).toBe(1)
})
