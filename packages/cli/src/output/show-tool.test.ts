import { describe, expect, it } from 'vitest'
import { createOutput } from './create-output.ts'
import { describeArguments, joinSome, showTool } from './show-tool.ts'

const output = createOutput({ color: false })
const wide = (count: number) => ({
  name: 'wide',
  inputSchema: {
    type: 'object' as const,
    properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: 'string' }])),
  },
})

describe('a tool of very many arguments', () => {
  it('is described by the first of them in a list', () => {
    const [piece] = describeArguments(wide(1000), output.paint)
    expect(piece?.text).toMatch(/^p0\?: string, .*, p39\?: string, … 960 more$/)
  })

  it('is shown with the first of them in its help', () => {
    const lines = showTool(wide(1000), output).split('\n')
    expect(lines.filter((line) => line.includes('--p'))).toHaveLength(200)
    expect(lines).toContain('… 800 more; hawser list --json has them all')
  })
})

describe('names', () => {
  it('that are longer than anybody reads are cut', () => {
    const text = showTool({ ...wide(1), name: 'n'.repeat(100_000), title: 't'.repeat(100_000) }, output)
    expect(text.length).toBeLessThan(2000)
  })

  it('of a few arguments are all there', () => {
    expect(joinSome(['a', 'b'])).toBe('a, b')
  })
})
