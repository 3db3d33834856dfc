import process from 'node:process'
import { sharedIssuer } from 'hawser/auth'

/** The one issuer of all servers here; `worker.ts` makes it. */
export const signIn = sharedIssuer(process.env['ORIGIN'] ?? 'http://localhost:8787')
