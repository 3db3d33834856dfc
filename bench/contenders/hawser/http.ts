import { listen } from 'hawser/node'
import { echo } from '../../tools/echo.ts'
import { announce } from '../contract.ts'
import { serverOf } from './server.ts'

const { url } = await listen(serverOf([echo]), { port: 0 })
announce(Number(new URL(url).port))
