import { echo } from '../../tools/echo.ts'
import { serverOf } from './server.ts'

export default serverOf([echo])
