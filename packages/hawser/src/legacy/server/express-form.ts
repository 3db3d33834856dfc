import { type ElicitResult, type FormField, isObject, type RequestedSchema } from '../../protocol/index.ts'
import { hasFeature, type Revision } from '../revisions.ts'

type Content = NonNullable<ElicitResult['content']>

/** A form as a client of an earlier revision can show it, and the way back from what was filled in. */
export interface OldForm {
  readonly schema: RequestedSchema
  readonly restore: (content: Content) => Content
}

/**
 * Says a form in an earlier revision. Where that knows only one choice of plain strings, titles become `enumNames`, and a
 * choice of several becomes text with commas. (2025-06-18 client/elicitation#requested-schema)
 */
export function expressForm(schema: RequestedSchema, revision: Revision): OldForm {
  if (hasFeature(revision, 'richForms')) return { schema, restore: (content) => content }
  const { $schema: _, properties, ...others } = schema
  const lists = new Map<string, readonly Choice[]>()
  const fields = Object.entries(properties).map(([name, field]): [string, FormField] => {
    if (field.type !== 'array') return [name, expressField(field)]
    const choices = readChoices(isObject(field['items']) ? field['items'] : {})
    lists.set(name, choices)
    return [name, expressList(field, choices)]
  })
  return {
    schema: { ...others, properties: Object.fromEntries(fields) },
    restore: (content) =>
      Object.fromEntries(
        Object.entries(content).map(([name, value]) => {
          const choices = lists.get(name)
          return [name, choices === undefined || typeof value !== 'string' ? value : readList(value, choices)]
        }),
      ),
  }
}

interface Choice {
  readonly value: string
  readonly title: string
}

/** Only booleans had a default. */
function expressField(field: FormField): FormField {
  const { oneOf, default: preset, ...others } = field
  const choices = readChoices({ oneOf })
  return {
    ...others,
    ...(choices.length > 0 && {
      enum: choices.map(({ value }) => value),
      enumNames: choices.map(({ title }) => title),
    }),
    ...(field.type === 'boolean' && preset !== undefined && { default: preset }),
  }
}

function expressList({ title, description }: FormField, choices: readonly Choice[]): FormField {
  const offer = choices.map((choice) =>
    choice.title === choice.value ? choice.value : `${choice.value} (${choice.title})`,
  )
  const hint = `Any of: ${offer.join(', ')}. Separate several with commas.`
  return { type: 'string', title, description: description === undefined ? hint : `${description} ${hint}` }
}

function readChoices({ enum: values, anyOf, oneOf }: { readonly [keyword: string]: unknown }): readonly Choice[] {
  if (Array.isArray(values)) return values.map((value) => ({ value: String(value), title: String(value) }))
  const branches: unknown = anyOf ?? oneOf
  if (!Array.isArray(branches)) return []
  return branches.filter(isObject).map((branch) => {
    const value = String(branch['const'])
    return { value, title: typeof branch['title'] === 'string' ? branch['title'] : value }
  })
}

/** A person may write the value or its title; what is neither is left for the handler's schema to refuse. */
function readList(text: string, choices: readonly Choice[]): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const same = (word: string): boolean => word.toLowerCase() === part.toLowerCase()
      return choices.find(({ value, title }) => same(value) || same(title))?.value ?? part
    })
}
