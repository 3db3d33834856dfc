import type { Account, SignInOptions } from 'hawser/sign-in'
import type { Memory, Neighbour } from './task.ts'

/** What a victim that signs in is told to do. */
export interface SignInTask extends Pick<SignInOptions, 'guessIssuer' | 'scopes' | 'maxScopes'> {
  /** The server of the attacker. */
  readonly target: string
  readonly calls?: number
  /** The port of a name server, whose answers are judged before anybody is connected to. */
  readonly names?: number
}

/** How it went. */
export interface SignInReport {
  /** What each call was answered, or its error with the code before it. */
  readonly outcomes: readonly string[]
  readonly account: Account | undefined
  /** What a person was shown. */
  readonly pages: readonly string[]
  /** All that was kept when the attack was over. */
  readonly stored: Readonly<Record<string, string>>
  /** All that could have been logged. */
  readonly said: string
  /** What a server that means no harm answered the same sign-in afterwards. */
  readonly after: string
  readonly closeMs: number
  /** Of the whole program since it began, which suffers several attacks at a time. */
  readonly memory: Memory
  readonly neighbour: Neighbour
}
