import process from 'node:process'
import { sharedIssuer } from 'hawser/auth'

/** The one issuer of all servers here; `worker.ts` makes it. */
export const signIn = sharedIssuer(process.env['ORIGIN'] ?? 'http://127.0.0.1:8787')

export interface Book {
  readonly id: string
  readonly title: string
  readonly author: string
  readonly isHere: boolean
}

export interface Loan {
  readonly id: string
  readonly title: string
  readonly reader: string
  /** The day by which it is to be back, as `2026-06-11`. */
  readonly due: string
}

type Awaitable<T> = T | Promise<T>

/** The one set of data that all servers work on. */
export interface Library {
  /** Books with all words in title or author, in the order of titles. */
  find(words: string, most: number): Awaitable<readonly Book[]>
  /** `undefined` when there is no such book; another reader's name when it is lent out. */
  lend(id: string, reader: string, due: string): Awaitable<Loan | { readonly lentUntil: string } | undefined>
  /** Whether the reader had it. */
  takeBack(id: string, reader: string): Awaitable<boolean>
  /** Of one reader, or of all; what is due first comes first. */
  loans(filter: { readonly reader?: string; readonly dueBefore?: string }, most: number): Awaitable<readonly Loan[]>
}

/** The bindings of `wrangler.jsonc` that tools name. */
export interface Env {
  readonly LIBRARY: { getByName(name: string): Library }
}

export const shelvesOf = ({ LIBRARY }: Env): Library => LIBRARY.getByName('shelves')
