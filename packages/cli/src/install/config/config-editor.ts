/** A value as configurations hold it. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

/** What hosts know a server by: the table of servers, and the name in it. */
export interface Place {
  readonly table: string
  readonly name: string
}

/** Edits text of one format and leaves alone what is not its business. */
export interface ConfigEditor {
  /**
   * All that the text says; an empty one says nothing.
   *
   * @throws Error for text that is not of the format.
   */
  readonly read: (text: string) => Readonly<Record<string, unknown>>
  /**
   * Adds or replaces one entry.
   *
   * @throws Error where that cannot be done in place.
   */
  readonly set: (text: string, place: Place, value: Value) => string
  /**
   * Takes one entry out; with `withTable` its table as well, when nothing else is in it.
   *
   * @throws Error where that cannot be done in place.
   */
  readonly remove: (text: string, place: Place, withTable: boolean) => string
}
