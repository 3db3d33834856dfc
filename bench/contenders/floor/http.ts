import { serveNode } from '../floor-mcp/serve-node.ts'
import { answerConstant } from './answer.ts'

serveNode((text) => ({ status: 200, body: answerConstant(text) }))
