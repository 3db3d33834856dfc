import { usageFailure } from '../failure.ts'
import { isSchema } from './read-shape.ts'

/** Most bytes that are read from standard input: more than servers commonly take. */
const MAX_INPUT = 16 * 1024 * 1024

/**
 * Reads a JSON object from a word of the command line, or from standard input for `-`.
 *
 * @throws Failure when it is not a JSON object.
 */
export async function readJsonObject(word: string): Promise<Record<string, unknown>> {
  if (word !== '-') return parse(word, 'as arguments')
  return parse(await readInput(), 'on standard input')
}

async function readInput(): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_INPUT) throw usageFailure(`Standard input holds more than ${MAX_INPUT} bytes.`)
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw usageFailure('Standard input is not UTF-8.')
  }
}

function parse(json: string, where: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw usageFailure(
      `Expected a JSON object ${where}. ${error instanceof Error ? error.message : String(error)}`,
      ...advise(json),
    )
  }
  if (!isSchema(value)) throw usageFailure(`Expected a JSON object ${where}, got ${describe(value)}.`, EXAMPLE)
  return value
}

const EXAMPLE = `Write an object in single quotes, '{"query":"tides"}', or single arguments: --query tides`

function advise(json: string): readonly string[] {
  const pair = /^([A-Za-z_][\w-]*)=(.*)$/s.exec(json)
  return pair === null ? [EXAMPLE] : [`Did you mean --${pair[1]}=${pair[2]}?`]
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
