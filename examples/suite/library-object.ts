import { DurableObject } from 'cloudflare:workers'
import type { Book, Library, Loan } from './library.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS books (id TEXT PRIMARY KEY, title TEXT NOT NULL, author TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS loans (book TEXT PRIMARY KEY REFERENCES books, reader TEXT NOT NULL, due TEXT NOT NULL) STRICT;
  INSERT OR IGNORE INTO books VALUES
    ('tides', 'The Book of Tides', 'Ada Marsh'),
    ('knots', 'Knots and Hawsers', 'Ben Reef'),
    ('charts', 'Reading Charts', 'Ada Marsh');`

/** The storage of the object, as far as it is used. */
interface Sql {
  exec(
    statement: string,
    ...values: readonly (string | number | null)[]
  ): { toArray(): readonly Readonly<Record<string, string | number | null>>[] }
}

type Given<K extends keyof Library> = Parameters<Library[K]>

/** The books and loans, in the SQLite storage of one Durable Object: each method is one step. */
export class LibraryObject extends DurableObject implements Library {
  readonly #sql: Sql

  constructor(...[context, bindings]: ConstructorParameters<typeof DurableObject>) {
    super(context, bindings)
    this.#sql = context.storage.sql as Sql
    this.#sql.exec(SCHEMA)
  }

  find(...[words, most]: Given<'find'>): readonly Book[] {
    const found = this.#sql.exec('SELECT id, title, author, due FROM books LEFT JOIN loans ON book = id ORDER BY title')
    const wanted = words.toLowerCase().split(/\s+/)
    return found
      .toArray()
      .map(({ id, title, author, due }) => ({
        id: String(id),
        title: String(title),
        author: String(author),
        isHere: due === null,
      }))
      .filter(({ title, author }) => wanted.every((word) => `${title} ${author}`.toLowerCase().includes(word)))
      .slice(0, most)
  }

  lend(...[id, reader, due]: Given<'lend'>): Loan | { readonly lentUntil: string } | undefined {
    const [book] = this.#sql
      .exec('SELECT title, due FROM books LEFT JOIN loans ON book = id WHERE id = ?', id)
      .toArray()
    if (book === undefined) return undefined
    if (book['due'] !== null) return { lentUntil: String(book['due']) }
    this.#sql.exec('INSERT INTO loans VALUES (?, ?, ?)', id, reader, due)
    return { id, title: String(book['title']), reader, due }
  }

  takeBack(...[id, reader]: Given<'takeBack'>): boolean {
    return (
      this.#sql.exec('DELETE FROM loans WHERE book = ? AND reader = ? RETURNING book', id, reader).toArray().length > 0
    )
  }

  loans(...[{ reader, dueBefore }, most]: Given<'loans'>): readonly Loan[] {
    const found = this.#sql.exec(
      `SELECT book, title, reader, due FROM loans JOIN books ON book = id
       WHERE reader = coalesce(?1, reader) AND due < coalesce(?2, '9999') ORDER BY due, title LIMIT ?3`,
      reader ?? null,
      dueBefore ?? null,
      most,
    )
    return found.toArray().map(({ book, title, reader: who, due }) => ({
      id: String(book),
      title: String(title),
      reader: String(who),
      due: String(due),
    }))
  }
}
