import { worker } from 'hawser/cloudflare'
import { harbour } from './harbour.ts'

export default worker(harbour)
