import { describe, expect, it } from 'vitest'
import { type Handle, ProtocolError, type Reply } from '../call/index.ts'
import { createClient } from './create-client.ts'

/** Refuses the revision this many times. */
const refusing = (times: number, data: unknown) => {
  const calls: unknown[] = []
  const handle: Handle = async (call): Promise<Reply> => {
    calls.push(call)
    if (calls.length <= times) throw new ProtocolError('unsupported_version', 'Unsupported protocol version', { data })
    return { content: [] }
  }
  return { handle, calls }
}

describe('a server that refuses the revision', () => {
  // basic/versioning#protocol-version-negotiation: retry with a mutually supported version.
  // spec: version-agreement
  it('is asked once more when it speaks the revision after all', async () => {
    const { handle, calls } = refusing(1, { supported: ['2026-07-28'], requested: '2026-07-28' })
    await createClient(handle).call('add')
    expect(calls).toHaveLength(2)
    expect(calls[1]).not.toBe(calls[0])
  })

  // spec: version-agreement
  it.each([
    ['speaks another one', 1, { supported: ['2099-01-01'] }, 1],
    ['says nothing of what it speaks', 1, undefined, 1],
    ['refuses again', 9, { supported: ['2026-07-28'] }, 2],
  ])('is believed when it %s', async (_, times, data, sent) => {
    const { handle, calls } = refusing(times, data)
    await expect(createClient(handle).call('add')).rejects.toMatchObject({ code: 'unsupported_version' })
    expect(calls).toHaveLength(sent)
  })
})
