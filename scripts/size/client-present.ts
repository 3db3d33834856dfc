import { connect } from 'hawser/present'

const client = await connect('http://localhost:3000/mcp')
console.log(await client.listTools())
