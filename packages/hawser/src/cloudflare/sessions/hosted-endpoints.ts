import type { SessionOptions } from '../../http/index.ts'

/** Makes the handler of one place that holds one session. */
export type CreateHandler = (sessions: SessionOptions) => (request: Request, env: unknown) => Promise<Response>

/** An endpoint of this Worker whose sessions are in objects. */
export interface Endpoint {
  readonly create: CreateHandler
  readonly options: Pick<SessionOptions, 'idleMs' | 'retryMs' | 'connectionMs'>
}

/** By path: an object is of the same module, and finds its endpoint here. */
const endpoints = new Map<string, Endpoint>()

export const registerEndpoint = (path: string, endpoint: Endpoint): void => void endpoints.set(path, endpoint)

/** @throws Error when this Worker has no such endpoint any more. */
export function findEndpoint(path: string): Endpoint {
  const endpoint = endpoints.get(path)
  if (endpoint === undefined) throw new Error(`This Worker has no endpoint with sessions at ${path}.`)
  return endpoint
}
