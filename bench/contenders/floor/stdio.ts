import { serveLines } from '../floor-mcp/serve-lines.ts'
import { answerConstant } from './answer.ts'

serveLines(answerConstant)
