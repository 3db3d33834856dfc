/** A note, as it is kept. */
export interface Note {
  /** Nobody guesses it, so that whoever subscribes to a note has been told of it. */
  readonly id: string
  readonly title: string
  readonly text: string
  /** ISO 8601. */
  readonly changed: string
}

/** A note that was found, with the place. */
export interface Found extends Pick<Note, 'id' | 'title' | 'changed'> {
  readonly excerpt: string
}

export const MAX_TITLE = 200
export const MAX_TEXT = 200_000
/** Notes of one person. */
export const MAX_NOTES = 20_000
