import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Victim } from '../start-victim.ts'

export interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly result?: { readonly content?: readonly { readonly text: string }[] }
  readonly error?: { readonly code: number; readonly message: string }
}

/** A hostile client of a server on the standard streams. */
export interface LineAttacker {
  /** Writes as fast as the victim reads. */
  readonly pour: (chunks: Iterable<string | Uint8Array>) => Promise<void>
  /** Begins to read what the victim says, and gives the next message. */
  readonly next: () => Promise<Message>
  readonly endInput: () => void
  /** How the victim ended. */
  readonly ended: Promise<number | string>
}

export function attackLines({ process: { stdin, stdout }, process: victim }: Victim): LineAttacker {
  const ended = once(victim, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  stdin.on('error', () => {})
  let lines: AsyncIterator<string> | undefined
  return {
    pour: async (chunks) => {
      for (const chunk of chunks) if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), ended])
    },
    next: async () => {
      lines ??= createInterface({ input: stdout })[Symbol.asyncIterator]()
      const { value, done } = await lines.next()
      if (done === true) throw new Error('The victim has ended.')
      return JSON.parse(value) as Message
    },
    endInput: () => void stdin.end(),
    ended,
  }
}
