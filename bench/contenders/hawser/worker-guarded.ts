import { env } from 'cloudflare:workers'
import { worker } from 'hawser/cloudflare'
import type { Issuer } from '../contract.ts'
import { guardedBy } from './guarded.ts'

// The runner gives it as a text binding.
const issuer = JSON.parse(String(env['ISSUER'])) as Issuer

export default worker(guardedBy(issuer))
