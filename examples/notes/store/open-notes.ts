import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { type Found, MAX_NOTES, type Note } from './note.ts'
import { toMatch } from './to-match.ts'

/** The notes of everybody, in one file. Each method works on those of one owner alone. */
export interface NoteStore extends Disposable {
  readonly search: (owner: string, words: string, most: number) => readonly Found[]
  /** The notes that were changed last. */
  readonly recent: (owner: string, most: number) => readonly Note[]
  readonly read: (owner: string, id: string) => Note | undefined
  /** Writes a new note, or in the place of one; `undefined` when there is none of that id. */
  readonly save: (owner: string, note: Pick<Note, 'title' | 'text'>, id?: string) => Note | undefined
  /** Writes what stands in a file, if it is another text than the last time. */
  readonly saveFile: (owner: string, file: string, note: Pick<Note, 'title' | 'text'>) => 'new' | 'changed' | 'same'
  /** Deletes notes; the ids of those that were there. */
  readonly remove: (owner: string, ids: readonly string[]) => readonly string[]
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
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

/**
 * Opens a file of notes, and makes it when it is not there.
 *
 * @example
 * using store = openNotes('notes.db')
 * store.search('local', 'tide', 10)
 */
export function openNotes(path: string): NoteStore {
  // What people write down is not for the others of the machine.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 5_000 })
  database.exec(SCHEMA)
  const prepare = (sql: string) => database.prepare(sql)
  const statements = {
    // What stands in the title counts four times.
    search: prepare(`SELECT notes.id, notes.title, changed, snippet(words, 1, '', '', '…', 24) AS excerpt FROM words
      JOIN notes ON notes.row = words.rowid WHERE words MATCH ? AND owner = ? ORDER BY bm25(words, 4, 1) LIMIT ?`),
    recent: prepare('SELECT * FROM notes WHERE owner = ? ORDER BY changed DESC, row DESC LIMIT ?'),
    read: prepare('SELECT * FROM notes WHERE owner = ? AND id = ?'),
    ofFile: prepare('SELECT * FROM notes WHERE owner = ? AND file = ?'),
    count: prepare('SELECT count(*) AS n FROM notes WHERE owner = ?'),
    insert: prepare('INSERT INTO notes (id, owner, title, text, changed, file) VALUES (?, ?, ?, ?, ?, ?)'),
    update: prepare('UPDATE notes SET title = ?, text = ?, changed = ? WHERE owner = ? AND id = ?'),
    remove: prepare('DELETE FROM notes WHERE owner = ? AND id = ?'),
  }
  const now = (): string => new Date().toISOString()

  const insert = (owner: string, { title, text }: Pick<Note, 'title' | 'text'>, file: string | null): Note => {
    if (Number(statements.count.get(owner)?.['n']) >= MAX_NOTES)
      throw new RangeError(`There are ${MAX_NOTES} notes already. Delete some first.`)
    const note = { id: randomBytes(10).toString('hex'), title, text, changed: now() }
    statements.insert.run(note.id, owner, title, text, note.changed, file)
    return note
  }
  const update = (owner: string, id: string, { title, text }: Pick<Note, 'title' | 'text'>): Note | undefined => {
    const changed = now()
    return statements.update.run(title, text, changed, owner, id).changes === 1
      ? { id, title, text, changed }
      : undefined
  }

  return {
    search: (owner, words, most) => {
      const match = toMatch(words)
      return match === undefined ? [] : statements.search.all(match, owner, most).map(toFound)
    },
    recent: (owner, most) => statements.recent.all(owner, most).map(toNote),
    read: (owner, id) => {
      const row = statements.read.get(owner, id)
      return row && toNote(row)
    },
    save: (owner, note, id) => (id === undefined ? insert(owner, note, null) : update(owner, id, note)),
    saveFile: (owner, file, note) => {
      const row = statements.ofFile.get(owner, file)
      if (row === undefined) {
        insert(owner, note, file)
        return 'new'
      }
      const known = toNote(row)
      if (known.text === note.text && known.title === note.title) return 'same'
      update(owner, known.id, note)
      return 'changed'
    },
    remove: (owner, ids) => ids.filter((id) => statements.remove.run(owner, id).changes === 1),
    [Symbol.dispose]: () => database.close(),
  }
}

type Row = Record<string, SQLOutputValue>

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
