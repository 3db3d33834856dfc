/**
 * What every schema library that follows Standard Schema 1.1 puts on its values. The shape is declared here so that no
 * library shows up in the public types. (https://standardschema.dev)
 *
 * @example const Note: StandardSchema<{ id: string }> = z.object({ id: z.string() })
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': StandardProps<Input, Output>
}

interface StandardProps<Input, Output> {
  readonly version: 1
  /** The library, in its own spelling: `zod`, `valibot`, `arktype`. */
  readonly vendor: string
  readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  /** Exists for the compiler only. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
  /** Missing in libraries that need a wrapper to convert their schemas. */
  readonly jsonSchema?: StandardConverter | undefined
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  /** From the root; libraries give either the key or an object that holds it. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The drafts that Hawser asks libraries for. */
type StandardTarget = 'draft-2020-12' | 'draft-07'

export interface StandardConverter {
  /** The JSON Schema of what is accepted. Throws when there is none. */
  readonly input: (options: StandardConverterOptions) => Record<string, unknown>
  /** The JSON Schema of what validation returns. Throws when there is none. */
  readonly output: (options: StandardConverterOptions) => Record<string, unknown>
}

interface StandardConverterOptions {
  readonly target: StandardTarget
  readonly libraryOptions?: Record<string, unknown> | undefined
}

/** What a caller gives. */
export type InferInput<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['input']
/** What the handler gets. */
export type InferOutput<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output']
