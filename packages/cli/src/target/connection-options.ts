import { usageFailure } from '../failure.ts'

/** Milliseconds. */
export function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (text.trim() === '' || !(seconds > 0))
    throw usageFailure(`--timeout takes seconds, more than 0; it got "${text}".`)
  return seconds * 1000
}

/** A name alone takes the value from this process. */
export function readEnv(given: readonly string[]): Readonly<Record<string, string>> {
  const variables = given.map((text): [string, string] => {
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    const value = equals < 0 ? process.env[name] : text.slice(equals + 1)
    if (name === '') throw usageFailure('--env takes NAME or NAME=VALUE.')
    if (value === undefined)
      throw usageFailure(`There is no environment variable ${name} to hand on.`, `Write --env ${name}=VALUE`)
    return [name, value]
  })
  return Object.fromEntries(variables)
}

/** The values may be secrets, so no message shows them. */
export function readHeaders(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim()
    const value = line.slice(colon + 1).trim()
    if (colon < 1 || !isHeader(name, value)) {
      throw usageFailure(
        `Not a header: ${/^[\w-]+$/.test(name) ? name : '…'}`,
        "Write it as a name, a colon and a value: --header 'Authorization: Bearer …'",
      )
    }
    headers.set(name, value)
  }
  return Object.fromEntries(headers)
}

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name)
  } catch {
    return false
  }
}
