import { connect } from 'hawser'
import { cache, retry } from 'hawser/interceptors'
import { validateOutput } from 'hawser/json-schema'
import type server from './guarded.ts'

await using notes = await connect<typeof server>(process.argv[2] ?? 'http://127.0.0.1:3000/mcp', {
  use: [validateOutput(), cache({ staleOnError: 60_000 }), retry()],
})

await notes.listTools()
console.log((await notes.listTools()).length, 'tools') // asked once: the server says how long lists may be kept
console.log(await notes.tools.send({ to: 'ada@example.com', text: 'High tide at 7:40.' }))
