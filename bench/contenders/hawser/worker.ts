import { worker } from 'hawser/cloudflare'
import { echo } from '../../tools/echo.ts'
import { serverOf } from './server.ts'

export default worker(serverOf([echo]))
