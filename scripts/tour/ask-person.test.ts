import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Callback, memoryCredentials, signIn } from 'hawser/node/sign-in'
import { scriptedPerson } from '../../examples/notes/scripted-person.ts'
import { openNotesForTour } from './notes.ts'
import { askPerson, type PersonOptions } from './ask-person.ts'

async function start(options: Partial<PersonOptions> = {}) {
  const notes = await openNotesForTour(0, { isKept: false, onNode: true })
  onTestFinished(() => notes[Symbol.asyncDispose]())
  const told: string[] = []
  const printed: string[] = []
  const ask = askPerson({
    tell: (words, work) => {
      told.push(words)
      return work()
    },
    print: (line) => void printed.push(line),
    signal: new AbortController().signal,
    ...options,
  })
  return { url: notes.url, auth: signIn({ ask, store: memoryCredentials() }), told, printed }
}

describe('signing in at the terminal', () => {
  it('is done by a script when nobody is there, and no page is shown', async () => {
    const { auth, url, told, printed } = await start()
    expect(await auth.signIn(url)).toMatchObject({ isValid: true })
    expect(told).toEqual([expect.stringContaining('A script signs in as ada')])
    expect(printed).toEqual([])
  })

  it('is done in the browser, with its page shown', async () => {
    const keyboard = new PassThrough()
    const open = async (page: URL): Promise<boolean> => {
      const callback: Callback = await scriptedPerson('grace').open()
      void callback
        .visit(page, ({ pathname }) => pathname === '/callback', new AbortController().signal)
        .then((back) => fetch(back))
      return true
    }
    const { auth, url, told, printed } = await start({ keyboard, open })
    expect(await auth.signIn(url)).toMatchObject({ isValid: true })
    expect(told).toEqual([expect.stringContaining('Press Enter')])
    expect(printed).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/authorize\?/)])
    expect([keyboard.listenerCount('data'), keyboard.isPaused()]).toEqual([0, true])
  })

  it('is done by a script when Enter is pressed, each time', async () => {
    const keyboard = new PassThrough()
    const open = async (): Promise<boolean> => keyboard.write('\n')
    const { auth, url, told } = await start({ keyboard, open })
    expect(await auth.signIn(url)).toMatchObject({ isValid: true })
    await auth.signOut(url)
    expect(await auth.signIn(url)).toMatchObject({ isValid: true })
    expect(told).toEqual([expect.stringContaining('Press Enter'), expect.stringContaining('or press Enter')])
    expect(keyboard.isPaused()).toBe(true)
  })

  it('ends when the tour is interrupted, with nobody signed in', async () => {
    const interrupt = new AbortController()
    const keyboard = new PassThrough()
    const open = async (): Promise<boolean> => {
      queueMicrotask(() => interrupt.abort(new Error('Ctrl-C')))
      return true
    }
    const { auth, url } = await start({ keyboard, open, signal: interrupt.signal })
    await expect(auth.signIn(url)).rejects.toThrow()
    expect(await auth.whoami(url)).toBeUndefined()
    expect(keyboard.isPaused()).toBe(true)
  })
})
