import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeyRing, createProcessKeyRing } from './key-ring.ts'
import { type Binding, EMPTY_MEMORY, type Memory, openState, sealState } from './request-state.ts'

const ring = createKeyRing(['the newest secret, thirty-two bytes or more'])
const binding: Binding = {
  server: 'notes',
  caller: 'ada',
  method: 'tools/call',
  name: 'wipe',
  arguments: { a: 1, b: { c: [1, 2] } },
}
const memory: Memory = {
  answers: new Map([['who', { action: 'accept', content: { name: 'Ada' } }]]),
  results: new Map([['backup', 'b-1']]),
  asked: new Set(['who', 'why']),
  round: 2,
}
const LATER = 2_000
const NOW = 1_000

describe('requestState', () => {
  it('opens to what was sealed', async () => {
    const state = await sealState(memory, binding, ring, LATER)
    expect(await openState(state, binding, ring, NOW)).toMatchObject(memory)
  })

  // spec: elicit-state-protected
  it('shows nothing of what it holds', async () => {
    const state = await sealState(memory, binding, ring, LATER)
    const bytes = state
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
      .join(' ')
    expect(`${state} ${bytes}`).not.toMatch(/Ada|backup|b-1|wipe/)
  })

  it.each([
    ['in another order', { b: { c: [1, 2] }, a: 1 }],
    ['beside what is not sent', { a: 1, b: { c: [1, 2], d: undefined }, e: undefined }],
  ])('opens for the same arguments %s', async (_, args) => {
    const state = await sealState(memory, binding, ring, LATER)
    expect(await openState(state, { ...binding, arguments: args }, ring, NOW)).toMatchObject(memory)
  })

  // basic/patterns/mrtr#server-requirements-basic-workflow: principal, expiry, originating request
  // spec: mrtr-state-principal, mrtr-state-request, elicit-state-owner, elicit-bound
  it.each([
    ['another server with the same keys', { server: 'staging' }],
    ['another principal', { caller: 'eve' }],
    ['no principal', { caller: undefined }],
    ['another method', { method: 'prompts/get' }],
    ['another name', { name: 'search' }],
    ['other arguments', { arguments: { a: 2, b: { c: [1, 2] } } }],
    ['reordered lists', { arguments: { a: 1, b: { c: [2, 1] } } }],
  ])('does not open for %s', async (_, other) => {
    const state = await sealState(memory, binding, ring, LATER)
    await expect(openState(state, { ...binding, ...other }, ring, NOW)).rejects.toMatchObject({
      code: 'invalid_params',
      number: -32602,
    })
  })

  // spec: mrtr-state-expiry
  it('does not open once it has expired', async () => {
    const state = await sealState(memory, binding, ring, LATER)
    await expect(openState(state, binding, ring, LATER)).rejects.toMatchObject({ code: 'invalid_params' })
  })

  // spec: mrtr-state-integrity, mrtr-state-untrusted
  it('does not open after any single character was changed', async () => {
    const state = await sealState(memory, binding, ring, LATER)
    for (let at = 0; at < state.length; at++) {
      const changed = state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1)
      await expect(openState(changed, binding, ring, NOW), changed).rejects.toMatchObject({ code: 'invalid_params' })
    }
  })

  // spec: mrtr-state-untrusted, mrtr-state-integrity
  it('refuses whatever was not sealed, with one and the same sentence', async () => {
    const messages = new Set<string>()
    const own = await sealState(memory, binding, ring, LATER)
    for (const state of ['', '.', '1...', own.slice(0, -1), `${own}.x`, own.replace('1.', '2.'), 'x'.repeat(70_000)]) {
      await openState(state, binding, ring, NOW).catch((error: Error) => messages.add(error.message))
    }
    expect(messages.size).toBe(1)
    await fc.assert(
      fc.asyncProperty(fc.string(), async (state) => {
        await expect(openState(state, binding, ring, NOW)).rejects.toMatchObject({ code: 'invalid_params' })
      }),
    )
  })

  it('opens with an older key while that is in the ring, and not after', async () => {
    const old = 'the older secret, thirty-two bytes or more!'
    const state = await sealState(memory, binding, createKeyRing([old]), LATER)
    const rotated = createKeyRing(['the newest secret, thirty-two bytes or more', old])
    await expect(openState(state, binding, rotated, NOW)).resolves.toMatchObject(memory)
    await expect(openState(state, binding, ring, NOW)).rejects.toMatchObject({ code: 'invalid_params' })
    expect((await sealState(memory, binding, rotated, LATER)).split('.')[1]).toBe((await ring.current()).id)
  })

  it('never seals the same memory to the same text', async () => {
    expect(await sealState(EMPTY_MEMORY, binding, ring, LATER)).not.toBe(
      await sealState(EMPTY_MEMORY, binding, ring, LATER),
    )
  })

  it('says what to do when a state would be too large to travel', async () => {
    const big = { ...memory, results: new Map([['all', 'x'.repeat(70_000)]]) }
    await expect(sealState(big, binding, ring, LATER)).rejects.toThrow(/Return less from `once`/)
  })
})

describe('createKeyRing', () => {
  it('refuses secrets that can be guessed', () => {
    expect(() => createKeyRing(['short'])).toThrow(expect.objectContaining({ id: 'short-secret' }))
    expect(() => createKeyRing([])).toThrow(expect.objectContaining({ id: 'short-secret' }))
  })
})

describe('createProcessKeyRing', () => {
  it('says once what a random key means, and only when it is needed', async () => {
    const lines: string[] = []
    const random = createProcessKeyRing(({ message }) => void lines.push(message))
    expect(lines).toEqual([])
    const state = await sealState(memory, binding, random, LATER)
    await expect(openState(state, binding, random, NOW)).resolves.toMatchObject(memory)
    expect(lines).toEqual([expect.stringContaining('createKeyRing')])
    await expect(
      openState(
        state,
        binding,
        createProcessKeyRing(() => {}),
        NOW,
      ),
    ).rejects.toMatchObject({ code: 'invalid_params' })
  })
})
