import { rmSync } from 'node:fs'
import process from 'node:process'
import { connect } from 'hawser'
import { audit, verifyAudit } from 'hawser/audit'
import { jsonlAudit, openAudit } from 'hawser/node'
import server from './server.ts'

/** The thread that writes an audit log is found where the package was installed. */
const key = 'k'.repeat(32)
const sink = jsonlAudit('audit.jsonl')
const { interceptor, close } = audit({ sink, key }).start({ name: 'packed', onRefusal: () => {} })
const client = await connect(server, { use: [interceptor] })
const ready = new Promise((resolve, reject) => {
  process.once('worker', (worker) => worker.once('message', resolve).once('error', reject))
})
await client.listTools()
await close()
await ready
await client.listTools()
await close()
await client.close()
await sink.close()
const { ok, records } = await verifyAudit(await openAudit('audit.jsonl'), { key })
rmSync('audit.jsonl')
if (!ok || records === 0) throw new Error(`expected an audit log, got ${records} records`)
