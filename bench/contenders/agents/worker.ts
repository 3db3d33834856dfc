import { createMcpHandler } from 'agents/mcp/server'
import { echo } from '../../tools/echo.ts'
import { factoryOf } from '../sdk/factory.ts'

const handle = createMcpHandler(factoryOf([echo]))

export default {
  fetch: (request: Request, env: unknown, context: Parameters<typeof handle>[2]) => handle(request, env, context),
}
