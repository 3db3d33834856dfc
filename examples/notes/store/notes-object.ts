import { DurableObject, env } from 'cloudflare:workers'
import { createSqlNotes, type NoteStore, type SqlNotes } from './sql-notes.ts'

type Given<K extends keyof NoteStore> = Parameters<NoteStore[K]>

/** The notes of one owner, in the SQLite storage of a Durable Object. What it answers is written. */
export class NotesObject extends DurableObject implements NoteStore {
  readonly #notes: SqlNotes

  constructor(...[context, bindings]: ConstructorParameters<typeof DurableObject>) {
    super(context, bindings)
    const { sql } = context.storage
    this.#notes = createSqlNotes((statement, ...values) => sql.exec(statement, ...values).toArray())
  }

  search(...given: Given<'search'>) {
    return this.#notes.search(...given)
  }

  recent(...given: Given<'recent'>) {
    return this.#notes.recent(...given)
  }

  read(...given: Given<'read'>) {
    return this.#notes.read(...given)
  }

  save(...given: Given<'save'>) {
    return this.#notes.save(...given)
  }

  remove(...given: Given<'remove'>) {
    return this.#notes.remove(...given)
  }
}

/** The binding, as far as it is used. Methods of a stub are those of its object, called elsewhere. */
interface Namespace {
  readonly idFromName: (name: string) => object
  readonly get: (id: object) => NoteStore
}

const isNamespace = (binding: unknown): binding is Namespace =>
  typeof binding === 'object' && binding !== null && 'idFromName' in binding

/**
 * Keeps the notes of each owner in an object of its own, which is found by a hash of who that is.
 *
 * @throws TypeError when there are no Durable Objects of that binding.
 */
export function durableNotes(binding: string): NoteStore {
  const namespace = env[binding]
  if (!isNamespace(namespace)) throw new TypeError(`Notes need the Durable Objects ${binding}, as in wrangler.jsonc.`)
  const of = (owner: string): NoteStore => namespace.get(namespace.idFromName(owner))
  return {
    search: (owner, ...given) => of(owner).search(owner, ...given),
    recent: (owner, ...given) => of(owner).recent(owner, ...given),
    read: (owner, ...given) => of(owner).read(owner, ...given),
    save: (owner, ...given) => of(owner).save(owner, ...given),
    remove: (owner, ...given) => of(owner).remove(owner, ...given),
  }
}
