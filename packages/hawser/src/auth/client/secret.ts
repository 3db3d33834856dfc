const REDACTED = '[secret]'

/**
 * Text that must not be seen: printing it, putting it into a sentence or into JSON shows that it is there, and no more.
 *
 * @example new Secret('abc').reveal() // 'abc'
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text, for the one place that sends or stores it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  /** What Node prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED
  }
}
