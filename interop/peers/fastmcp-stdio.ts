import { createFastMcp } from './fastmcp.ts'

await createFastMcp().start({ transportType: 'stdio' })
