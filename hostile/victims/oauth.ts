import { Resolver } from 'node:dns/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { createOAuth, type OAuthEvent } from '@hawser/oauth'
import { nodeHandler, publicDocuments, socketAddress, sqliteStore } from '@hawser/oauth/node'
import { answerQuestions } from '../answer-questions.ts'
import type { DocumentHost } from '../attackers/documents.ts'
import { peakMemory } from './memory.ts'

/** An authorization server with its store in a file, whose clients are described by documents of others. */
const [path = '', text = ''] = process.argv.slice(2)
const { names, ca } = JSON.parse(text) as DocumentHost

const resolver = new Resolver({ timeout: 2_000, tries: 2 })
resolver.setServers([`127.0.0.1:${names}`])

/** All addresses of a name, as the name server of the attacker has them. */
async function lookup(name: string): Promise<readonly string[]> {
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
}

const events: OAuthEvent[] = []
let later = 0
const oauth = createOAuth({
  issuer: 'https://login.client.example',
  store: sqliteStore(path),
  secret: 'canary-secret-of-the-server-and-long-enough',
  resources: [
    {
      resource: 'https://notes.client.example/mcp',
      title: 'Notes',
      scopes: { 'notes:read': { title: 'Read your notes', baseline: true } },
    },
  ],
  login: () => ({ userId: 'ada', displayName: 'ada@example.com' }),
  clientDocuments: { fetch: publicDocuments({ ca, lookup, allowNetworks: ['127.0.0.1/32'] }) },
  registration: true,
  // As a proxy in front would tell it.
  clientAddress: (request) => request.headers.get('x-from') ?? socketAddress(request),
  onEvent: (event) => {
    events.push(event)
    console.log(JSON.stringify(event))
  },
  now: () => Date.now() + later,
})

const host = createServer(nodeHandler(oauth))
await new Promise<void>((listening) => void host.listen(0, '127.0.0.1', listening))
const { port } = host.address() as AddressInfo
const before = peakMemory()
const folder = dirname(path)

answerQuestions(port, {
  /** Why the client of an id was refused, each time. */
  refusals: (clientId: string) =>
    events
      .filter((event) => event.type === 'client.refused' && event.clientId === clientId)
      .map(({ reason }) => reason),
  changes: () => events.filter(({ type }) => type === 'client.changed').map(({ clientId }) => clientId),
  memory: () => ({ before, peak: peakMemory() }),
  wait: (ms: number) => void (later += ms),
  /** All that is stored, as it lies there. */
  dump: () =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name)).toString('latin1'))
      .join('\n'),
})
