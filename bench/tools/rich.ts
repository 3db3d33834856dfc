import * as z from 'zod'
import type { BenchTool } from './tool.ts'

const pad = (index: number) => String(index).padStart(4, '0')

const richTool = (index: number): BenchTool => ({
  name: `rich_${pad(index)}`,
  description:
    `Search collection ${index} for documents and return the best matches. ` +
    'Use it when the person names a topic, a period or an author; call it again with another page for more.',
  input: z.object({
    query: z.string().min(1).max(500).describe('Words to look for, e.g. "tide tables"'),
    limit: z.number().int().min(1).max(100).default(10).describe('Most matches to return'),
    order: z.enum(['relevance', 'newest', 'oldest', 'title']).default('relevance').describe('Order of the matches'),
    tags: z.array(z.string().max(40)).max(20).optional().describe('Only documents that carry all of these tags'),
    period: z
      .object({
        from: z.string().describe('First day, as YYYY-MM-DD'),
        to: z.string().describe('Last day, as YYYY-MM-DD'),
      })
      .optional()
      .describe('Only documents of these days'),
    archived: z.boolean().default(false).describe('Search archived documents too'),
  }),
  run: (args) => `0 matches for ${String(args['query'])}`,
})

/** Arguments that use all six parameters of a rich tool. */
export const richArguments = {
  query: 'tide tables',
  limit: 20,
  order: 'newest',
  tags: ['harbour', 'almanac'],
  period: { from: '2026-01-01', to: '2026-06-30' },
  archived: true,
} as const

/** Distinct tools of six parameters each: `rich_0000`, `rich_0001`, … */
export const richTools = (count: number): readonly BenchTool[] =>
  Array.from({ length: count }, (_, index) => richTool(index))
