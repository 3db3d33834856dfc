import { ConnectionError } from '../../call/index.ts'
import type { RequestId } from '../../protocol/index.ts'
import { createIdTable } from '../../stdio/id-table.ts'
import { encodeResult } from '../../wire/json-rpc.ts'
import type { Answer } from './answer.ts'

/** How one request is answered. */
export interface Work {
  /** The JSON of the result. */
  readonly perform: (signal: AbortSignal) => Promise<string>
  readonly fail: (error: unknown) => Answer
  /** Aborts when nobody can take the answer any more. */
  readonly gone: AbortSignal | undefined
}

/** The requests of one client that are under way, by their ids. */
export class CallsInFlight {
  readonly #controllers = createIdTable<AbortController>()
  readonly #onEmpty: () => void

  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty
  }

  get size(): number {
    return this.#controllers.size
  }

  has(id: RequestId): boolean {
    return this.#controllers.get(id) !== undefined
  }

  /** Answers a request; a cancelled one has no answer. Never rejects. */
  run(id: RequestId, { perform, fail, gone }: Work): Promise<Answer | undefined> {
    const controller = new AbortController()
    const { signal } = controller
    const leave = (): void => controller.abort(gone?.reason)
    gone?.addEventListener('abort', leave, { once: true })
    if (gone?.aborted === true) leave()
    this.#controllers.add(id, controller)
    const cancelled = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    const work = async (): Promise<Answer | undefined> => {
      try {
        return { json: encodeResult(id, await perform(signal)) }
      } catch (error) {
        // Nobody reads the answer to a call that was given up.
        return signal.aborted ? undefined : fail(error)
      } finally {
        gone?.removeEventListener('abort', leave)
        this.#controllers.remove(id)
        if (this.#controllers.size === 0) this.#onEmpty()
      }
    }
    return Promise.race([work(), cancelled])
  }

  cancel(id: RequestId): void {
    this.#controllers.get(id)?.abort(new ConnectionError('aborted', 'The client cancelled the request.'))
  }

  /** Gives up whatever is under way. */
  close(): void {
    const ended = new ConnectionError('aborted', 'The session has ended.')
    for (const controller of this.#controllers.values()) controller.abort(ended)
  }
}
