import { serve } from '@hono/node-server'
import { echo } from '../../tools/echo.ts'
import { announce } from '../contract.ts'
import { open } from './inproc.ts'

serve({ fetch: open([echo]), hostname: '127.0.0.1', port: 0 }, ({ port }) => announce(port))
