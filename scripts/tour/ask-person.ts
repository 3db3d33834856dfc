import { type Ask, browser, type BrowserOptions, type Callback } from 'hawser/node/sign-in'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { scriptedPerson } from '../../examples/notes/scripted-person.ts'
import { clean } from '../../packages/cli/src/output/sanitize.ts'

export interface PersonOptions {
  /** Where Enter is pressed by somebody who has no browser here; nobody is there when left out. */
  readonly keyboard?: Readable | undefined
  /** Says what is asked of the person, and waits until it is done. */
  readonly tell: <T>(words: string, work: () => Promise<T>) => Promise<T>
  readonly print: (line: string) => void
  readonly signal: AbortSignal
  readonly open?: BrowserOptions['open']
}

/** The name under which the script signs in. */
export const NAME = 'ada'

/** What is said the first time, and after it. */
const ALONE = [`A script signs in as ${NAME} on the pages that you would see, and agrees.`, 'The script agrees again.']
const TOGETHER = [
  'Sign in on the page that opens, under any name. No browser here? Press Enter, and a script does it.',
  'Agree on the page that opens, or press Enter.',
]

/** Has the person at the terminal sign in with a browser; a script does it when Enter is pressed, or nobody is there. */
export function askPerson({ keyboard, tell, print, signal, open }: PersonOptions): Ask {
  const script = scriptedPerson(NAME)
  const [first = '', later = ''] = keyboard === undefined ? ALONE : TOGETHER
  let words = first
  const ask = async (work: () => Promise<URL>): Promise<URL> => {
    const back = await tell(words, work)
    words = later
    return back
  }
  if (keyboard === undefined) {
    return {
      open: async () => {
        const callback = await script.open()
        return {
          ...callback,
          visit: (page, accepts, own) => ask(() => callback.visit(page, accepts, AbortSignal.any([own, signal]))),
        }
      },
    }
  }
  const showPage = (page: URL): void => print(clean(page.href))
  const way = browser({ ...(open && { open }), onPage: showPage })
  if (!('open' in way)) throw new Error('Expected a browser to open pages.')
  return {
    open: async (known) => {
      const [person, scripted] = await Promise.all([way.open(known), script.open()])
      const visit: Callback['visit'] = async (page, accepts, own) => {
        const settled = new AbortController()
        const stop = AbortSignal.any([own, signal, settled.signal])
        const scriptVisits = async (): Promise<URL> => {
          keyboard.resume()
          await once(keyboard, 'data', { signal: stop })
          return scripted.visit(page, accepts, stop)
        }
        try {
          return await Promise.race([person.visit(page, accepts, stop), scriptVisits()])
        } finally {
          settled.abort()
          // What is typed later is for whoever comes next, and does not keep the process alive.
          keyboard.pause()
        }
      }
      return { ...person, visit: (page, accepts, own) => ask(() => visit(page, accepts, own)) }
    },
  }
}
