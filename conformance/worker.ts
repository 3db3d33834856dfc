import { durableSessions, HawserObject, worker } from 'hawser/cloudflare'
import server from './everything-server.ts'

export { HawserObject }

/** Sessions are objects, each of which gets every request of its client. */
export default worker(server, { sessions: durableSessions({ binding: 'HAWSER', connectionMs: 800 }) })
