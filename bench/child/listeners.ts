import { connect } from 'node:net'
import { now } from '../contenders/contract.ts'
import { requestWriter } from '../load/http-request.ts'
import { listen, type Dialect } from '../wire/dialect.ts'

/** What the runner sends once; every message after it asks when the next change has reached all. */
export interface ListenersTask {
  readonly port: number
  readonly dialect: Dialect
  readonly count: number
}

const AGREED = 'notifications/subscriptions/acknowledged'
const CHANGED = 'notifications/tools/list_changed'

/** Counts streams down, and tells the moment at which the last one was there. */
class Countdown {
  readonly #count: number
  #left: number
  #reached = Promise.withResolvers<number>()

  constructor(count: number) {
    this.#count = count
    this.#left = count
  }

  hit(): void {
    this.#left -= 1
    if (this.#left === 0) this.#reached.resolve(now())
  }

  /** The moment, after which the count begins anew. */
  async next(): Promise<number> {
    const at = await this.#reached.promise
    this.#left = this.#count
    this.#reached = Promise.withResolvers()
    return at
  }
}

const open = (port: number, request: string, agreed: Countdown, changed: Countdown): void => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += String(chunk)
    for (const [word, countdown] of [
      [AGREED, agreed],
      [CHANGED, changed],
    ] as const) {
      const at = text.indexOf(word)
      if (at < 0) continue
      text = text.slice(at + word.length)
      countdown.hit()
    }
  })
  const fail = () => {
    process.send?.({ failure: `a stream ended after ${JSON.stringify(text.slice(0, 300))}` })
    process.exit(1)
  }
  socket.on('error', fail).on('close', fail)
  socket.write(request)
}

const serve = async ({ port, dialect, count }: ListenersTask) => {
  const agreed = new Countdown(count)
  const changed = new Countdown(count)
  const write = requestWriter(port, dialect, listen())
  for (let stream = 0; stream < count; stream += 1) open(port, write(), agreed, changed)
  await agreed.next()
  process.on('message', () => void changed.next().then((at) => process.send?.({ at })))
  process.send?.({ ready: true })
}

process.once('message', (task: ListenersTask) => void serve(task))
process.on('disconnect', () => process.exit(0))
