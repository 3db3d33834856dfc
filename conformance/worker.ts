import { serverWithSessions } from './everything-server.ts'

/** Sessions are those of one process. On Workers only a Durable Object is one: it gets every request. */
export class Everything {
  readonly #server = serverWithSessions()

  fetch(request: Request): Promise<Response> {
    return this.#server.fetch(request)
  }
}

interface Env {
  readonly EVERYTHING: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

export default {
  fetch: (request: Request, { EVERYTHING }: Env): Promise<Response> => EVERYTHING.getByName('all').fetch(request),
}
