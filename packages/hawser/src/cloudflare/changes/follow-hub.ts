import { type Change } from '../../server/index.ts'
import type { Objects } from '../objects.ts'
import type { RuntimeSocket } from '../runtime.ts'
import { type HubMethods, PING, PONG, READY } from './hub.ts'
import type { Topics } from './topic.ts'

/** Milliseconds between signs of life, and until one has to be answered, or else the connection is lost. */
const HEARTBEAT = 30_000
const ANSWERING = 5_000
/** Milliseconds until a hub has to be ready. */
const OPENING = 10_000
/** First and longest wait, in milliseconds, before a lost connection is opened again. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 30_000

/** One listener's connection to a hub. */
export interface Following {
  readonly stop: () => void
}

/**
 * Listens to a hub for as long as it is wanted, and opens the connection again when it is lost; whatever changed meanwhile is not
 * known, so that all that is wanted is told as changed.
 *
 * @throws Error when the hub cannot be reached at first.
 */
export async function followHub(
  objects: Objects<HubMethods>,
  { hub, hashes, changes }: Topics,
  listener: (change: Change) => void,
): Promise<Following> {
  let isWanted = true
  let close = (): void => {}
  let pause = FIRST_PAUSE
  let timer: ReturnType<typeof setTimeout> | undefined

  const open = async (): Promise<void> => {
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
    const deadline = setTimeout(() => reject(new Error(`The hub ${hub} was not ready in time.`)), OPENING)
    const connecting = connect(objects, hub)
    try {
      await Promise.race([connecting, ready])
    } catch (error) {
      clearTimeout(deadline)
      connecting.then(closeQuietly, () => {})
      throw error
    }
    const socket = await connecting
    let isLost = false
    const lose = (): void => {
      if (isLost) return
      isLost = true
      clearInterval(heartbeat)
      clearTimeout(due)
      closeQuietly(socket)
      if (isWanted && isReady) reopen()
    }
    let isReady = false
    let due: ReturnType<typeof setTimeout> | undefined
    const heartbeat = setInterval(() => {
      due = setTimeout(lose, ANSWERING)
      try {
        socket.send(PING)
      } catch {
        lose()
      }
    }, HEARTBEAT)
    close = lose
    socket.addEventListener('message', (event) => {
      const { data } = event as MessageEvent<string>
      clearTimeout(due)
      if (data === READY) {
        // From now on a lost connection is opened again, whoever has heard of it by then.
        isReady = true
        resolve()
      } else if (data !== PONG) for (const change of JSON.parse(data) as Change[]) listener(change)
    })
    const end = (): void => {
      reject(new Error(`The hub ${hub} closed the connection.`))
      lose()
    }
    socket.addEventListener('close', end)
    socket.addEventListener('error', end)
    socket.accept()
    socket.send(JSON.stringify(hashes))
    try {
      await ready
    } catch (error) {
      lose()
      throw error
    } finally {
      clearTimeout(deadline)
    }
  }

  const reopen = (): void => {
    timer = setTimeout(() => void retry(), pause * (0.5 + Math.random()))
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  }

  const retry = async (): Promise<void> => {
    try {
      await open()
    } catch {
      if (isWanted) reopen()
      return
    }
    if (!isWanted) return close()
    pause = FIRST_PAUSE
    for (const change of changes) listener(change)
  }

  await open()
  return {
    stop: () => {
      isWanted = false
      clearTimeout(timer)
      close()
    },
  }
}

async function connect(objects: Objects<HubMethods>, hub: string): Promise<RuntimeSocket> {
  const { status, webSocket } = await objects.connect(hub)
  if (webSocket) return webSocket
  throw new Error(
    status === 503 ? `The hub ${hub} has no place for another listener.` : `The hub ${hub} said ${status}.`,
  )
}

function closeQuietly(socket: RuntimeSocket): void {
  try {
    socket.close()
  } catch {
    // It is closed already.
  }
}
