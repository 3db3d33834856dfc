import { inspect } from 'node:util'
import { mcp } from 'hawser'
import { introspection, protectedResource } from 'hawser/auth'
import { listen } from 'hawser/node'
import { answerQuestions } from '../answer-questions.ts'
import { peakMemory } from './memory.ts'

/** Which issuer a server relies on, and how. */
export interface Protection {
  readonly issuer: string
  readonly by: 'signature' | 'introspection'
}

/** Servers that rely on an issuer each, all in one process. */
async function protect({ issuer, by }: Protection): Promise<string> {
  const resource = 'https://notes.example.com/mcp'
  const auth =
    by === 'signature'
      ? protectedResource({ resource, issuer })
      : protectedResource({
          resource,
          tokens: introspection({ issuer, clientId: 'notes', clientSecret: 'canary-secret' }),
        })
  const log = (entry: unknown): void => console.error(inspect(entry, { depth: 12, maxStringLength: 10_000 }))
  const { tool, server } = mcp({ name: 'notes', version: '1.0.0', auth, log })
  const search = tool({ description: 'Search.', effect: 'read', scopes: 'signedIn', run: () => 'served' })
  const { url } = await listen(server({ tools: { search } }), { port: 0 })
  return url
}

const before = peakMemory()
answerQuestions('ready', { protect, memory: () => ({ before, peak: peakMemory() }) })
