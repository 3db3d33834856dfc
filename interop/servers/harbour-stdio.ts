import { serveStdio } from 'hawser/stdio'
import { createHarbour } from './harbour.ts'

serveStdio(createHarbour())
