import { request } from './caller.ts'
import type { Desk, WorkerName } from './start-desk.ts'

/** Somebody who listens to what changes for a tenant, and comes back when the connection is lost. */
export interface Listener {
  readonly person: string
  /** When each topic was last heard of, or had to be read anew since the connection was opened. (milliseconds since 1970) */
  readonly heardAt: (topic: string) => number
  /** What it has to say of itself, when it was not told of something. */
  readonly describe: () => string
  readonly stop: () => Promise<void>
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Resolves when it listens. */
export async function startListener(desk: Desk, worker: WorkerName, person: string): Promise<Listener> {
  const [tenant = ''] = person.split('/')
  const uris = Array.from({ length: 4 }, (_, at) => `desk://${tenant}-${at}`)
  const notifications = { toolsListChanged: true, resourceSubscriptions: uris }
  const heard = new Map<string, number>()
  const leaving = new AbortController()
  const ready = Promise.withResolvers<void>()
  let resyncedAt = 0
  let connections = 0
  let readAt = 0
  let state = 'away'

  const follow = async (): Promise<void> => {
    state = 'connecting'
    const response = await request(desk, worker, person, 'subscriptions/listen', { notifications }, leaving.signal)
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`)
    let rest = ''
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      readAt = Date.now()
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (!line.startsWith('data: {')) continue
        const { method, params } = JSON.parse(line.slice('data: '.length)) as {
          readonly method?: string
          readonly params?: { readonly uri?: string }
        }
        if (method === 'notifications/subscriptions/acknowledged') {
          connections++
          state = 'connected'
          // Who is connected reads anew what may have changed before.
          resyncedAt = Date.now()
          ready.resolve()
        }
        if (method === 'notifications/tools/list_changed') heard.set('tools', Date.now())
        if (method === 'notifications/resources/updated') heard.set(params?.uri ?? '', Date.now())
      }
    }
  }
  const keepOn = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      await follow().catch(() => {})
      if (!leaving.signal.aborted) await pause(200)
    }
  }
  const done = keepOn()
  await ready.promise
  return {
    person,
    heardAt: (topic) => Math.max(resyncedAt, heard.get(topic) ?? 0),
    describe: () =>
      `${person} at ${worker} (${state}, connected ${connections} times, last read ${Date.now() - readAt} ms ago, last whole ${Date.now() - resyncedAt} ms ago)`,
    stop: async () => {
      leaving.abort()
      await done
    },
  }
}
