import { type Found, MAX_NOTES, type Note } from './note.ts'
import { toMatch } from './to-match.ts'

type Value = string | number | null
type Draft = Pick<Note, 'title' | 'text'>
type Row = Readonly<Record<string, unknown>>

/** Runs a statement to its end, and returns its rows. */
export type RunSql = (statement: string, ...values: readonly Value[]) => readonly Row[]

/** The notes of everybody in one database. Each method works on those of one owner alone. */
export interface SqlNotes {
  readonly search: (owner: string, words: string, most: number) => readonly Found[]
  /** The notes that were changed last, with how they begin. */
  readonly recent: (owner: string, most: number) => readonly Found[]
  readonly read: (owner: string, id: string) => Note | undefined
  /** Writes a new note, or in the place of one; `undefined` when there is none of that id. */
  readonly save: (owner: string, note: Draft, id?: string) => Note | undefined
  /** Writes what stands in a file, if it is another text than the last time. */
  readonly saveFile: (owner: string, file: string, note: Draft) => 'new' | 'changed' | 'same'
  /** Deletes notes; the ids of those that were there. */
  readonly remove: (owner: string, ids: readonly string[]) => readonly string[]
}

type Soon<T> = {
  readonly [K in keyof T]: T[K] extends (...given: infer G) => infer R ? (...given: G) => R | Promise<R> : never
}

/** What the server works with: the same, at hand or elsewhere. */
export type NoteStore = Soon<Omit<SqlNotes, 'saveFile'>>

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS notes (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    changed TEXT NOT NULL,
    file TEXT,
    UNIQUE (owner, file)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS notes_by_time ON notes (owner, changed);
  CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, text, content = notes, content_rowid = row, tokenize = 'unicode61 remove_diacritics 2');
  CREATE TRIGGER IF NOT EXISTS note_added AFTER INSERT ON notes BEGIN
    INSERT INTO words (rowid, title, text) VALUES (new.row, new.title, new.text);
  END;
  CREATE TRIGGER IF NOT EXISTS note_removed AFTER DELETE ON notes BEGIN
    INSERT INTO words (words, rowid, title, text) VALUES ('delete', old.row, old.title, old.text);
  END;
  CREATE TRIGGER IF NOT EXISTS note_changed AFTER UPDATE ON notes BEGIN
    INSERT INTO words (words, rowid, title, text) VALUES ('delete', old.row, old.title, old.text);
    INSERT INTO words (rowid, title, text) VALUES (new.row, new.title, new.text);
  END;
`

// What stands in the title counts four times.
const SEARCH = `SELECT notes.id, notes.title, changed, snippet(words, 1, '', '', '…', 24) AS excerpt FROM words
  JOIN notes ON notes.row = words.rowid WHERE words MATCH ? AND owner = ? ORDER BY bm25(words, 4, 1) LIMIT ?`
const RECENT = `SELECT id, title, changed, substr(text, 1, 160) AS excerpt FROM notes WHERE owner = ?
  ORDER BY changed DESC, row DESC LIMIT ?`
const READ = 'SELECT id, title, text, changed FROM notes WHERE owner = ? AND id = ?'
const OF_FILE = 'SELECT id, title, text, changed FROM notes WHERE owner = ? AND file = ?'
const COUNT = 'SELECT count(*) AS n FROM notes WHERE owner = ?'
const INSERT = 'INSERT INTO notes (id, owner, title, text, changed, file) VALUES (?, ?, ?, ?, ?, ?)'
const UPDATE = 'UPDATE notes SET title = ?, text = ?, changed = ? WHERE owner = ? AND id = ? RETURNING id'
const REMOVE = 'DELETE FROM notes WHERE owner = ? AND id = ? RETURNING id'

/** Keeps notes in SQLite with FTS5, wherever it runs; makes the tables when they are not there. `all` runs several statements at once. */
export function createSqlNotes(run: RunSql, all: (statements: string) => unknown = run): SqlNotes {
  all(SCHEMA)
  const now = (): string => new Date().toISOString()

  const insert = (owner: string, { title, text }: Draft, file: string | null): Note => {
    if (Number(run(COUNT, owner)[0]?.['n']) >= MAX_NOTES)
      throw new RangeError(`There are ${MAX_NOTES} notes already. Delete some first.`)
    const note = { id: crypto.randomUUID(), title, text, changed: now() }
    run(INSERT, note.id, owner, title, text, note.changed, file)
    return note
  }
  const update = (owner: string, id: string, { title, text }: Draft): Note | undefined => {
    const changed = now()
    return run(UPDATE, title, text, changed, owner, id).length === 1 ? { id, title, text, changed } : undefined
  }

  return {
    search: (owner, words, most) => {
      const match = toMatch(words)
      return match === undefined ? [] : run(SEARCH, match, owner, most).map(toFound)
    },
    recent: (owner, most) => run(RECENT, owner, most).map(toFound),
    read: (owner, id) => run(READ, owner, id).map(toNote)[0],
    save: (owner, note, id) => (id === undefined ? insert(owner, note, null) : update(owner, id, note)),
    saveFile: (owner, file, note) => {
      const known = run(OF_FILE, owner, file).map(toNote)[0]
      if (known?.text === note.text && known.title === note.title) return 'same'
      if (known === undefined) insert(owner, note, file)
      else update(owner, known.id, note)
      return known === undefined ? 'new' : 'changed'
    },
    remove: (owner, ids) => ids.filter((id) => run(REMOVE, owner, id).length === 1),
  }
}

const toNote = ({ id, title, text, changed }: Row): Note => ({
  id: String(id),
  title: String(title),
  text: String(text),
  changed: String(changed),
})

const toFound = ({ id, title, changed, excerpt }: Row): Found => ({
  id: String(id),
  title: String(title),
  changed: String(changed),
  excerpt: String(excerpt).replaceAll(/\s+/g, ' ').trim(),
})
