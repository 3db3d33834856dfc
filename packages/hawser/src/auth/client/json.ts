import { isObject } from '../../protocol/index.ts'
import { SignInError } from './sign-in-error.ts'

export type Json = Readonly<Record<string, unknown>>

/** Nothing unless the text is a JSON object. */
export function readObject(text: string): Json | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isObject(value) && !Array.isArray(value) ? value : undefined
}

/** @throws SignInError `bad_metadata` unless the text is a JSON object. */
export function parseObject(text: string, what: string): Json {
  const value = readObject(text)
  if (value !== undefined) return value
  throw new SignInError('bad_metadata', `Expected ${what} as a JSON object, got something else.`)
}

export const own = (object: Json, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined)

export const ownText = (object: Json, name: string): string | undefined => {
  const value = own(object, name)
  return typeof value === 'string' ? value : undefined
}

/** The strings of a member that is a list. */
export const ownTexts = (object: Json, name: string): readonly string[] | undefined => {
  const value = own(object, name)
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined
}
