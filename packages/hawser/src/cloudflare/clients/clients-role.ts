import type { Role } from '../role.ts'

/** What plays the role: registered by `clients()`, so that a Worker without them does not carry a client. */
let played: Role | undefined

/**
 * @throws TypeError when there are two, since an object finds its servers by being of this Worker.
 */
export function registerClients(role: Role): void {
  if (played !== undefined)
    throw new TypeError('There is one clients({ … }) in a Worker already. Name all servers in that one.')
  played = role
}

/** Holds the connections of one owner, `clients:<digest of the owner>`. */
export const clientsRole: Role = {
  get schema() {
    return played?.schema ?? []
  },
  start: (state, env) => {
    if (played !== undefined) return played.start(state, env)
    throw new Error('This Worker makes no clients. Call clients({ … }) of hawser/cloudflare in its main module.')
  },
}
