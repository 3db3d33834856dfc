import { badReply } from '../call/index.ts'
import { type FormField, isObject, type RequestedSchema } from '../protocol/index.ts'

export type FormContent = { readonly [name: string]: string | number | boolean | readonly string[] }

/**
 * Completes an answer with the defaults of its form and checks that it fits. (client/elicitation#requested-schema)
 *
 * @throws TypeError when the answer misses a required field or holds a value of another type.
 * @throws ConnectionError `bad_reply` when the server sent no form.
 */
export function fillForm(key: string, schema: RequestedSchema, content: FormContent = {}): FormContent {
  if (!isObject(schema) || !isObject(schema.properties)) {
    throw badReply(`The server asked "${key}" with a form that has no properties.`)
  }
  // A map, because a field may be called __proto__.
  const filled = new Map(Object.entries(content).filter(([, value]) => value !== undefined))
  for (const [name, field] of Object.entries(schema.properties)) {
    const value = filled.get(name)
    if (value === undefined && field.default !== undefined) filled.set(name, field.default)
    else if (value === undefined ? schema.required?.includes(name) : !fits(field, value)) {
      throw new TypeError(
        `The answer to "${key}", "${name}": expected ${describe(field)}, got ${JSON.stringify(value) ?? 'nothing'}.`,
      )
    }
  }
  return Object.fromEntries(filled)
}

function describe({ type, enum: allowed }: FormField): string {
  return Array.isArray(allowed) ? `one of ${JSON.stringify(allowed)}` : `a value of type ${type}`
}

function fits({ type, enum: allowed }: FormField, value: FormContent[string]): boolean {
  if (Array.isArray(allowed)) return allowed.includes(value)
  if (type === 'array') return Array.isArray(value)
  return type === 'integer' ? Number.isInteger(value) : typeof value === type
}
