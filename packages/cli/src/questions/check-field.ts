import { coerce } from '../arguments/coerce.ts'
import type { Content, Field, NamedField } from './question.ts'

/** What a format looks like to a person; the server checks it in full. */
const FORMATS: Readonly<Record<string, { readonly pattern: RegExp; readonly example: string }>> = {
  email: { pattern: /^\S+@\S+$/, example: 'ada@example.com' },
  uri: { pattern: /^[a-z][a-z\d+.-]*:\S+$/i, example: 'https://example.com' },
  date: { pattern: /^\d{4}-\d\d-\d\d$/, example: '2026-07-28' },
  'date-time': { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d/, example: '2026-07-28T12:00:00Z' },
}

/** Says why a typed text cannot be the field's value, or nothing. */
export function findProblem({ name, field, isRequired }: NamedField, typed: string): string | undefined {
  if (typed === '') return isRequired ? 'This one is required.' : undefined
  let value: unknown
  try {
    value = readText(name, field, typed)
  } catch {
    return field.type === 'integer' ? 'Write a whole number.' : 'Write a number.'
  }
  return typeof value === 'number' ? findRangeProblem(field, value) : findTextProblem(field, typed)
}

/** @throws Failure when the text is no number and has to be one. */
export function readText(name: string, field: Field, typed: string): Content[string] {
  return coerce(
    name,
    typed.trim() === '' || field.type === 'string' ? typed : typed.trim(),
    field,
    field,
  ) as Content[string]
}

function findRangeProblem({ minimum, maximum }: Field, value: number): string | undefined {
  if (typeof minimum === 'number' && value < minimum) return `At least ${minimum}.`
  if (typeof maximum === 'number' && value > maximum) return `At most ${maximum}.`
  return undefined
}

function findTextProblem({ minLength, maxLength, format }: Field, typed: string): string | undefined {
  const length = Array.from(typed).length
  if (typeof minLength === 'number' && length < minLength) return `At least ${minLength} characters.`
  if (typeof maxLength === 'number' && length > maxLength) return `At most ${maxLength} characters.`
  const shape = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  return shape === undefined || shape.pattern.test(typed) ? undefined : `Write it like ${shape.example}`
}
