import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { answerQuestions } from '../answer-questions.ts'
import { fileOf } from '../start-process.ts'
import { json } from './answers.ts'
import { documentAttacks, HOST, INSIDE, records } from './document-attacks.ts'
import { startNames } from './names.ts'

/**
 * A host of documents that describe clients, and the name server that leads to it. The first label of a name says what its document
 * or its addresses do that they should not.
 */
const FIXTURES = '../packages/oauth/src/node/fixtures/client.example'
const read = (kind: string): string => readFileSync(fileOf(`${FIXTURES}.${kind}.pem`), 'utf8')

/** Where it is, and what signs for it. */
export interface DocumentHost {
  /** The port of the host. */
  readonly port: number
  /** The port of the name server. */
  readonly names: number
  readonly ca: string
}

const labelOf = (name: string): string => name.split('.', 1)[0] ?? ''
const counts = new Map<string, number>()
/** Connections, by the address that they came in by. */
const connections: string[] = []

const host: Server = createServer({ cert: read('cert'), key: read('key') }, (request, response) => {
  response.on('error', () => {})
  const id = `https://${request.headers.host ?? ''}${request.url ?? ''}`
  const label = labelOf(request.headers.host ?? '')
  const count = (counts.get(label) ?? 0) + 1
  counts.set(label, count)
  const { say, document } = documentAttacks[label] ?? {}
  if (say !== undefined)
    return void say(response, { count, fields: new URLSearchParams({ id }), scene: undefined as never })
  json(response, {
    client_id: id,
    client_name: 'Editor',
    redirect_uris: [`https://${label}.client.example/cb`],
    ...document?.(id, count),
  })
})
host.on('connection', ({ localAddress = '' }: Socket) => connections.push(localAddress)).on('tlsClientError', () => {})
await new Promise<void>((listening) => void host.listen(0, HOST, listening))
const { port } = host.address() as AddressInfo

// What must not be reached is there to be reached, where this machine has such an address.
const inside: Server = createServer({ cert: read('cert'), key: read('key') }, (_request, response) =>
  json(response, {}),
)
inside.on('connection', () => connections.push(INSIDE)).on('error', () => {})
await new Promise<void>((done) => void inside.once('error', () => done()).listen(port, INSIDE, done))

const names = await startNames(
  (name, count) => documentAttacks[labelOf(name)]?.addresses?.(count, name) ?? records(name, [HOST]),
)

answerQuestions({ port, names: names.port, ca: read('cert') } satisfies DocumentHost, {
  /** Connections to what must not be reached. */
  inside: () => connections.filter((address) => address !== HOST).length,
  connections: () => connections.length,
  visits: (label: string) => counts.get(label) ?? 0,
  asked: (name: string) => names.asked(name),
})
