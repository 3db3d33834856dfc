import { type Client, connect, ConnectionError, ProtocolError } from 'hawser'
import { command } from 'hawser/node'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { peakMemory } from './memory.ts'
import { startNeighbour } from './neighbour.ts'
import type { ClientReport, ClientTask } from './task.ts'

/** A process with two connections of Hawser's client: one to the attacker, one to a server that does no harm. */
const harmless = fileURLToPath(new URL('server-stdio.ts', import.meta.url))
const neighbour = await connect(command(process.execPath, ['--conditions=hawser-source', harmless]))
await neighbour.call('echo', { text: 'here' })

const ask = async (client: Client, { ask: what, stayMs = 0 }: ClientTask): Promise<string> => {
  switch (what) {
    case 'list':
      return (await client.listTools()).map(({ name }) => name).join(' ')
    case 'call':
      return JSON.stringify(await client.call('echo', { text: 'x' })).slice(0, 1000)
    case 'read':
      return JSON.stringify(await client.read('x://y')).slice(0, 1000)
    case 'discover':
      return JSON.stringify(await client.discover()).slice(0, 1000)
    case 'listen': {
      await using changes = await client.listen({ toolsListChanged: true, resourceSubscriptions: ['x://y'] })
      // Nobody reads what changes: whatever waits has to be bounded.
      await Promise.race([pause(stayMs), changes.ended])
      return JSON.stringify(changes.filter)
    }
    case 'idle':
      await client.call('echo', { text: 'x' })
      await pause(stayMs)
      return 'idle'
  }
}

const codeOf = (error: unknown): string =>
  error instanceof ConnectionError || error instanceof ProtocolError ? error.code : ''

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)

const suffer = async (task: ClientTask): Promise<ClientReport> => {
  const { target, timeout = 5_000, maxTimeout = 20_000, after = 0 } = task
  const way = typeof target === 'string' ? target : command(process.execPath, target, { closeStepMs: 300 })
  const client = await connect(way, { timeout, maxTimeout, http: { log: () => {} } })
  const before = peakMemory()
  const beside = startNeighbour(() => neighbour.call('echo', { text: 'still here' }))
  const start = performance.now()
  const outcome = await ask(client, task).then(
    (answer) => ({ answer }),
    (error: unknown) => ({
      error: {
        name: nameOf(error),
        code: codeOf(error),
        message: error instanceof Error ? error.message.slice(0, 1000) : '',
      },
    }),
  )
  const tookMs = performance.now() - start
  const said: string[] = []
  for (let count = 0; count < after; count++) said.push(await ask(client, { target, ask: 'call' }).catch(codeOf))
  const closing = performance.now()
  await client.close()
  const closeMs = performance.now() - closing
  const memory = { before, peak: peakMemory() }
  return { ...outcome, after: said, tookMs, closeMs, memory, neighbour: await beside.stop() }
}

const obey = async (task: ClientTask): Promise<void> => {
  process.send?.(await suffer(task))
  await neighbour.close()
  process.disconnect()
}
process.on('message', (task: ClientTask) => void obey(task))
process.send?.('ready')
