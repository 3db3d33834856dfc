import { connect } from 'hawser'

const client = await connect('http://localhost:3000/mcp')
console.log(await client.listTools())
