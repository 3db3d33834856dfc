import process from 'node:process'
import { connect } from 'hawser'
import { openTrace } from 'hawser/node'
import { createRecording } from 'hawser/testing'
import type server from './notes.ts'

const [url = 'http://127.0.0.1:3000/mcp', path = 'notes.trace.jsonl'] = process.argv.slice(2)
const token = process.env['TOKEN'] ?? ''

const file = openTrace(path)
const recording = createRecording(file.write, { title: 'finding the tides', secrets: [token] })
await using notes = await connect<typeof server>(url, {
  use: [recording.interceptor],
  http: { fetch: recording.fetch, headers: { authorization: `Bearer ${token}` } }, // notes status and headers as well
})

const { ids } = await notes.tools.search({ word: 'tide' })
for (const id of ids) await notes.resources.note({ id })

recording.end()
file.close()
