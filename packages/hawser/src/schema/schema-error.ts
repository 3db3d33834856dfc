/**
 * A schema that cannot be used, found when a definition is loaded. The message says what was expected, what came and what
 * to do. Inside a server it is the `cause` of a DefinitionError.
 *
 * @example
 * try { createValidator({ $ref: 'https://example.com/note.json' }) } catch (error) { if (error instanceof SchemaError) report(error.path) }
 */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
  /** The property at fault, `a.b` for `b` inside `a`; missing when the whole schema is. */
  readonly path?: string

  constructor(message: string, options: { readonly path?: string; readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    if (options.path) this.path = options.path
  }
}
