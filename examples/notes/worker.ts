/** Notes on Cloudflare Workers: the same server and the same tools, whose notes and sign-ins are kept in Durable Objects. */
import { createWorker } from './create-worker.ts'

export { OAuthObject } from '@hawser/oauth/cloudflare'
export { HawserObject } from 'hawser/cloudflare'
export { NotesObject } from './store/notes-object.ts'

export default createWorker()
