import { mcp, memoryChanges } from 'hawser'
import { listen } from 'hawser/node'
import { echo } from '../../tools/echo.ts'
import { announceChanges } from '../contract.ts'

const { tool, server } = mcp({ name: 'bench', version: '1.0.0', changes: memoryChanges() })
const { description, input, run } = echo
const changing = server({ tools: { echo: tool({ description, effect: 'read', input, run }) } })

const { url } = await listen(changing, { port: 0 })
announceChanges(Number(new URL(url).port), () => changing.changed.tools())
