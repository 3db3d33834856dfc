import { ConnectionError } from '../call/index.ts'
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
    throw new ConnectionError('bad_reply', `The server asked "${key}" with a form that has no properties.`)
  }
  // A map, because a field may be called __proto__.
  const filled = new Map(Object.entries(content).filter(([, value]) => value !== undefined))
  for (const [name, field] of Object.entries(schema.properties)) {
    const value = filled.get(name)
    if (value !== undefined) checkField(`The answer to "${key}"`, name, field, value)
    else if (field.default !== undefined) filled.set(name, field.default)
    else if (schema.required?.includes(name)) {
      throw new TypeError(`The answer to "${key}" has no "${name}", which is required: ${describe(field)}.`)
    }
  }
  return Object.fromEntries(filled)
}

function checkField(where: string, name: string, field: FormField, value: FormContent[string]): void {
  const { enum: allowed } = field
  const fits = Array.isArray(allowed) ? allowed.includes(value) : hasType(field.type, value)
  if (!fits) throw new TypeError(`${where}, "${name}": expected ${describe(field)}, got ${JSON.stringify(value)}.`)
}

function describe({ type, enum: allowed }: FormField): string {
  return Array.isArray(allowed) ? `one of ${JSON.stringify(allowed)}` : `a value of type ${type}`
}

function hasType(type: FormField['type'], value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
