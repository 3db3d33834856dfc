import { connect } from 'hawser'
import server from './server.ts'

await using client = await connect(server)
const sum: string = await client.tools.add({ a: 2, b: 3 })
if (sum !== '5') throw new Error(`expected 5, got ${sum}`)
