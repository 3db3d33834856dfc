import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { fileOf } from '../start-process.ts'
import { peakOfChildren } from './memory.ts'

const { outputFiles } = await build({
  entryPoints: [fileOf('victims/worker.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2024',
  conditions: ['hawser-source', 'workerd', 'worker', 'browser'],
  external: ['cloudflare:*'],
})
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: 0,
  modules: true,
  compatibilityDate: '2026-06-11',
  script: outputFiles[0]!.text,
})
const url = new URL('/mcp', await miniflare.ready).href
process.on('message', () => process.send?.(peakOfChildren()))
process.on('disconnect', () => void miniflare.dispose().finally(() => process.exit()))
process.send?.(url)
