import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mcp } from 'hawser'
import { audit } from 'hawser/audit'
import { jsonlAudit, listen } from 'hawser/node'
import { echo } from '../../tools/echo.ts'
import { announce } from '../contract.ts'
import { partsOf } from './server.ts'

const sink = jsonlAudit(join(mkdtempSync(join(tmpdir(), 'hawser-bench-')), 'audit.jsonl'))
const { server } = mcp({ name: 'bench', version: '1.0.0' })
const audited = server({
  tools: partsOf([echo]),
  use: [audit({ sink, key: 'a key of this bench that nobody has to keep', transport: 'http' })],
})

const { url } = await listen(audited, { port: 0 })
announce(Number(new URL(url).port))
