import type * as z from 'zod'

/** A tool as the bench knows it; each contender registers it in its own way. */
export interface BenchTool {
  readonly name: string
  readonly description: string
  readonly input: z.ZodType<Record<string, unknown>, Record<string, unknown>>
  readonly run: (args: Record<string, unknown>) => string
}
