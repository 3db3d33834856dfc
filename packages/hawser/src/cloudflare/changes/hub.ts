import type { Change } from '../../server/index.ts'
import type { Role, RunningRole } from '../role.ts'
import type { ObjectState, RuntimeSocket } from '../runtime.ts'
import { hashOf } from './topic.ts'

/**
 * What a hub says once it listens for somebody, and what shows that it still does. The object answers that itself: the runtime, which could answer
 * in its place, goes on with it for sockets of an object that has ended and begun anew without them.
 */
export const READY = 'ready'
export const PING = 'ping'
export const PONG = 'pong'

/** Milliseconds within which changes are told together. */
const TOGETHER = 20

/** What other instances ask of a hub. */
export interface HubMethods {
  readonly publish: (changes: readonly Change[]) => Promise<void>
  readonly [method: string]: (...args: never[]) => unknown
}

declare const WebSocketPair: new () => { readonly 0: RuntimeSocket; readonly 1: RuntimeSocket }

/**
 * Tells listeners what was published. Nothing is stored: a listener whose connection is lost does not know what it missed and takes
 * everything as changed, and the connections outlive the time that the object is in memory.
 *
 * @param maxListeners Sockets of one hub; the runtime holds 32 768 at most.
 */
export const createChangesRole = (maxListeners: number): Role => ({
  schema: [],
  start: (state) => startHub(state, maxListeners),
})

function startHub(state: ObjectState, maxListeners: number): RunningRole {
  const listeners = new Map<number, Set<RuntimeSocket>>()
  /** Those of the runtime, which would list all of them anew for whoever connects. */
  const sockets = new Set(state.getWebSockets())
  const hashesOf = (socket: RuntimeSocket): readonly number[] => {
    const kept = socket.deserializeAttachment()
    return kept instanceof Uint32Array ? [...kept] : []
  }
  const add = (socket: RuntimeSocket): void => {
    for (const hash of hashesOf(socket)) {
      const some = listeners.get(hash)
      if (some === undefined) listeners.set(hash, new Set([socket]))
      else some.add(socket)
    }
  }
  const remove = (socket: RuntimeSocket): void => {
    for (const hash of hashesOf(socket)) {
      const some = listeners.get(hash)
      some?.delete(socket)
      if (some?.size === 0) listeners.delete(hash)
    }
  }
  for (const socket of sockets) add(socket)

  const tell = (changes: Iterable<Change>): void => {
    const news = new Map<RuntimeSocket, string[]>()
    for (const change of changes) {
      const text = JSON.stringify(change)
      for (const socket of listeners.get(hashOf(change)) ?? []) {
        const texts = news.get(socket)
        if (texts === undefined) news.set(socket, [text])
        else texts.push(text)
      }
    }
    for (const [socket, texts] of news) {
      try {
        socket.send(`[${texts.join()}]`)
      } catch {
        // It is gone; its own side has noticed, or will, since nothing answers it.
        sockets.delete(socket)
        remove(socket)
      }
    }
  }

  let waiting = new Map<string, Change>()
  let toldAt = 0
  let telling: Promise<void> | undefined
  const tellSoon = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, toldAt + TOGETHER - Date.now())))
    const changes = waiting.values()
    waiting = new Map()
    telling = undefined
    toldAt = Date.now()
    tell(changes)
  }

  const methods: HubMethods = {
    publish: (changes) => {
      for (const change of changes) waiting.set(JSON.stringify(change), change)
      // Whoever publishes waits, so that the object stays in memory until it is told.
      return (telling ??= tellSoon())
    },
  }
  return {
    methods,
    fetch: () => {
      if (sockets.size >= maxListeners) return new Response(null, { status: 503 })
      const { 0: theirs, 1: ours } = new WebSocketPair()
      state.acceptWebSocket(ours)
      sockets.add(ours)
      return new Response(null, { status: 101, webSocket: theirs } as ResponseInit)
    },
    onMessage: (socket, message) => {
      if (message === PING) {
        if (sockets.has(socket)) socket.send(PONG)
        return
      }
      remove(socket)
      socket.serializeAttachment(Uint32Array.from(JSON.parse(message) as readonly number[]))
      add(socket)
      socket.send(READY)
    },
    onClose: (socket) => {
      sockets.delete(socket)
      remove(socket)
      socket.close()
    },
  }
}
