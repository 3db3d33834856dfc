import * as z from 'zod'
import type { BenchTool } from './tool.ts'

/** A tenth of the characters need escaping in JSON, as quotes and newlines do in real documents. */
const phrase = 'All lines are fast; the ebb runs until "half past four".\n  Slack water follows soon after.\n'

const texts = new Map<number, string>()

const textOf = (bytes: number): string => {
  const known = texts.get(bytes)
  if (known !== undefined) return known
  const text = phrase.repeat(Math.ceil(bytes / phrase.length)).slice(0, bytes)
  texts.set(bytes, text)
  return text
}

export const big: BenchTool = {
  name: 'big',
  description: 'Return a text of the given size.',
  input: z.object({ bytes: z.number().int().describe('Length of the text in bytes') }),
  run: (args) => textOf(Number(args['bytes'])),
}
