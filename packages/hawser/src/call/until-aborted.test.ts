import { describe, expect, it } from 'vitest'
import { ConnectionError } from '../call/index.ts'
import { Closing } from './closing.ts'
import { createLinkedController, untilAborted } from './until-aborted.ts'

describe('waiting until a signal aborts', () => {
  it('gives what the work gives', async () => {
    const { signal } = new AbortController()
    expect(await untilAborted(signal, Promise.resolve(7))).toBe(7)
    await expect(untilAborted(signal, Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })

  it('says that it was aborted even if the work noticed first and failed in its own words', async () => {
    const controller = new AbortController()
    const work = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')))
    })
    const waiting = untilAborted(controller.signal, work)
    controller.abort('enough')
    await expect(waiting).rejects.toMatchObject({ name: 'ConnectionError', code: 'aborted', cause: 'enough' })
  })

  it('passes on a reason that is such an error already', async () => {
    const reason = new ConnectionError('disconnected', 'gone')
    await expect(untilAborted(AbortSignal.abort(reason), new Promise(() => {}))).rejects.toBe(reason)
  })
})

describe('a linked controller', () => {
  it('aborts with whichever parent aborts first, at once if one has already', () => {
    const [one, two] = [new AbortController(), new AbortController()]
    const { controller } = createLinkedController([undefined, one.signal, two.signal])
    two.abort('two')
    one.abort('one')
    expect(controller.signal.reason).toBe('two')
    expect(createLinkedController([one.signal]).controller.signal.reason).toBe('one')
  })

  it('aborts with what is closed, once, and at once if that is over', () => {
    const closing = new Closing()
    const { controller } = createLinkedController([new AbortController().signal, closing])
    const { controller: released, release } = createLinkedController([closing])
    release()
    closing.abort('closed')
    closing.abort('closed again')
    expect(controller.signal.reason).toBe('closed')
    expect(released.signal.aborted).toBe(false)
    expect(createLinkedController([closing]).controller.signal.reason).toBe('closed')
  })

  it('lets go of its parents', () => {
    const parent = new AbortController()
    const { controller, release } = createLinkedController([parent.signal])
    release()
    parent.abort()
    expect(controller.signal.aborted).toBe(false)
  })
})
