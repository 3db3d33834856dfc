import { connect } from 'hawser'
import type server from './tides.ts'

await using tides = await connect<typeof server>(process.argv[2] ?? 'http://127.0.0.1:3000/mcp')
await using changes = await tides.listen({ resourceSubscriptions: ['tides://levels/cuxhaven'] })

await tides.tools.record({ station: 'cuxhaven', metres: 3.4 })

for await (const change of changes) {
  if (change.kind !== 'resource') continue
  console.log(change.uri, 'is now', await tides.resources.level({ station: 'cuxhaven' }))
  break
}
