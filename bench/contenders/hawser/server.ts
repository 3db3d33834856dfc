import { mcp } from 'hawser'
import type { BenchTool } from '../../tools/tool.ts'

const kit = mcp({ name: 'bench', version: '1.0.0' })

export const partsOf = (tools: readonly BenchTool[]) =>
  Object.fromEntries(
    tools.map(({ name, description, input, run }) => [name, kit.tool({ description, effect: 'read', input, run })]),
  )

export const serverOf = (tools: readonly BenchTool[]) => kit.server({ tools: partsOf(tools) })
