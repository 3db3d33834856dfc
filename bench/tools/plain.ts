import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'

type Text = { readonly text: string }

/** The input of `echo` as plain JSON Schema. */
export const textJsonSchema = {
  type: 'object',
  properties: { text: { type: 'string', description: 'The text to return' } },
  required: ['text'],
} as const

const isText = (value: unknown): value is Text =>
  typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string'

/** The same input as a Standard Schema written by hand, so that a bundle carries no schema library of the user's. */
export const textSchema: {
  readonly '~standard': StandardSchemaV1.Props<Text> & StandardJSONSchemaV1.Props<Text>
} = {
  '~standard': {
    version: 1,
    vendor: 'bench',
    validate: (value) => (isText(value) ? { value } : { issues: [{ message: 'expected text', path: ['text'] }] }),
    jsonSchema: { input: () => ({ ...textJsonSchema }), output: () => ({ ...textJsonSchema }) },
  },
}
