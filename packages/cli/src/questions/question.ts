import type { Answers } from 'hawser'

/** What the client hands to whoever answers. */
export type Form = Parameters<NonNullable<Answers['elicit']>>[0]
export type Page = Parameters<NonNullable<Answers['visit']>>[0]
export type Context = Parameters<NonNullable<Answers['elicit']>>[1]
export type Answer = Awaited<ReturnType<NonNullable<Answers['elicit']>>>
export type Content = NonNullable<Answer['content']>
export type Field = Form['requestedSchema']['properties'][string]

export interface NamedField {
  readonly name: string
  readonly field: Field
  readonly isRequired: boolean
}

/** The fields of a form; a server may send something else than a form. */
export function fieldsOf({ requestedSchema: schema }: Partial<Form>): readonly NamedField[] {
  const { properties, required = [] } = schema ?? { properties: {} }
  return Object.entries(properties).map(([name, field]) => ({ name, field, isRequired: required.includes(name) }))
}

/** One of the values that a field offers. */
export interface Choice {
  readonly value: string
  readonly label: string
}

/** The ways to write a choice: `enum` with or without names, or constants with titles. (client/elicitation#requested-schema) */
export function choicesOf(field: Field): readonly Choice[] | undefined {
  const source = field.type === 'array' ? field['items'] : field
  if (!isRecord(source)) return undefined
  const { enum: values, enumNames: names, oneOf, anyOf } = source
  const branches = oneOf ?? anyOf
  if (Array.isArray(branches)) {
    return branches
      .filter(isRecord)
      .map((branch) => ({ value: String(branch['const']), label: String(branch['title'] ?? branch['const']) }))
  }
  if (!Array.isArray(values)) return undefined
  return values.map((value, i) => ({
    value: String(value),
    label: String((Array.isArray(names) ? names[i] : undefined) ?? value),
  }))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
