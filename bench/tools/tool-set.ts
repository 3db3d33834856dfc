import { big } from './big.ts'
import { echo } from './echo.ts'
import { richTools } from './rich.ts'
import type { BenchTool } from './tool.ts'

/** `echo` alone, `big` alone, or so many rich tools. */
export type ToolSet = 'echo' | 'big' | `rich:${number}`

export const toolsOf = (set: ToolSet): readonly BenchTool[] => {
  if (set === 'echo') return [echo]
  if (set === 'big') return [big]
  return richTools(Number(set.slice('rich:'.length)))
}
