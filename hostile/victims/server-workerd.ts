import { Miniflare } from 'miniflare'
import { bundleWorker } from '../../scripts/bundle-worker.ts'
import { fileOf } from '../start-process.ts'
import { peakOfChildren } from './memory.ts'

const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: 0,
  modules: true,
  compatibilityDate: '2026-06-11',
  script: await bundleWorker(fileOf('victims/worker.ts')),
})
const url = new URL('/mcp', await miniflare.ready).href
process.on('message', () => process.send?.(peakOfChildren()))
process.on('disconnect', () => void miniflare.dispose().finally(() => process.exit()))
process.send?.(url)
