import * as z from 'zod'
import type { BenchTool } from './tool.ts'

export const echo: BenchTool = {
  name: 'echo',
  description: 'Return the given text unchanged.',
  input: z.object({ text: z.string().describe('The text to return') }),
  run: (args) => String(args['text']),
}
