import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { createKeyRing, fail, mcp } from 'hawser'
import { audit } from 'hawser/audit'
import { concurrency, rateLimit } from 'hawser/interceptors'
import { jsonlAudit } from 'hawser/node'
import * as z from 'zod'

const { BERTHS_DB = 'berths.db', AUDIT_FILE = 'audit.jsonl', AUDIT_KEY = '', SEAL_KEYS = '' } = process.env

const db = new DatabaseSync(BERTHS_DB)
db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000') // several processes may have it open
db.exec('CREATE TABLE IF NOT EXISTS berths (number INTEGER PRIMARY KEY, boat TEXT)')
const insert = db.prepare('INSERT INTO berths (number, boat) VALUES (?, ?) ON CONFLICT DO NOTHING')
const all = db.prepare('SELECT number, boat FROM berths ORDER BY number')

const harbour = mcp({ name: 'berths', version: '1.0.0', keys: createKeyRing(SEAL_KEYS.split(' ')) })

const take = harbour.tool({
  description: 'Take a berth for a boat.',
  effect: 'write',
  input: z.object({ number: z.int().min(1).max(99), boat: z.string().max(50) }),
  run: ({ number, boat }) => {
    if (insert.run(number, boat).changes === 0) throw fail(`Berth ${number} is taken.`)
    return `${boat} lies at berth ${number}.`
  },
})

const berths = harbour.tool({
  description: 'List the berths that are taken.',
  effect: 'read',
  run: () => JSON.stringify(all.all()),
})

export default harbour.server({
  tools: { take, berths },
  use: [
    rateLimit({ calls: 600, per: 60_000 }),
    concurrency({ calls: 100 }),
    audit({ sink: jsonlAudit(AUDIT_FILE), key: AUDIT_KEY, mode: 'required', transport: 'http' }),
  ],
})
