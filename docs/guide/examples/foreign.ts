import { connect } from 'hawser'
import { expectTools } from 'hawser/interceptors'
import * as tides from './tides-types.ts'

await using client = await connect<typeof tides>(process.argv[2] ?? 'https://tides.example.com/mcp', {
  use: [expectTools(tides.fingerprints)],
})

console.log(await client.tools.record({ station: 'cuxhaven', metres: 3.3 })) // metres: '3.3' does not compile
