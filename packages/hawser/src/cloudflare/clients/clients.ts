import { workers } from '#workers'
import type { Log } from '../../call/index.ts'
import type { CallToolResult, GetPromptResult, ReadResourceResult } from '../../protocol/index.ts'
import { createSealer } from '../../vault/seal.ts'
import { openObjects } from '../objects.ts'
import { registerClients } from './clients-role.ts'
import type { Reach } from './connection.ts'
import { checkOptions, type ClientsOptions } from './definition.ts'
import { createOwnerRole, type OwnerMethods } from './owner-role.ts'
import { type Packed, unpack } from './pack.ts'
import { openRegistrations, type RegistrationMethods } from './registrations.ts'
import type { Outcome, OwnerConnections } from './types.ts'

/** Connections of a host to servers, for each of its owners by themselves. */
export interface ClientHost<Name extends string = string> {
  /**
   * The connections of an owner: a user, or whatever else has tokens and questions of its own.
   *
   * @param owner Proven by the host, such as by a session; at most 1024 characters, which are compared as they are.
   * @throws TypeError for a text that is empty or longer.
   */
  readonly of: (owner: string) => OwnerConnections<Name>
}

const MAX_OWNER = 1024

/** Makes `clients()` for servers that are reached in a certain way. */
export const createClients =
  (reach: Reach) =>
  <const Name extends string>(options: ClientsOptions<Name>): ClientHost<Name> => {
    const checked = checkOptions(options)
    const { secret, binding } = options
    const sealer = createSealer(Array.isArray(secret) ? secret : [secret as string | Uint8Array])
    const objects = openObjects(binding, 'clients', 'clients', ['servers', 'tools', 'waiting', 'look'])
    const registrations = openObjects<RegistrationMethods>(binding, 'clients', 'clients', ['recall', 'note', 'erase'])
    const shared = openRegistrations(registrations, sealer)
    if (workers.env !== undefined) registerClients(createOwnerRole({ checked, sealer, reach, shared }))

    const of: ClientHost<Name>['of'] = (owner) => {
      if (typeof owner !== 'string' || owner === '' || owner.length > MAX_OWNER)
        throw new TypeError(`An owner is a text of 1 to ${MAX_OWNER} characters.`)
      let name: Promise<string> | undefined
      const ask = async <K extends keyof OwnerMethods>(
        method: K,
        ...args: Parameters<OwnerMethods[K]>
      ): Promise<Awaited<ReturnType<OwnerMethods[K]>>> => {
        const packed = await objects.call(await (name ??= nameOf(owner)), method, ...(args as never[]))
        // What the other side returns is what the role of this package packs.
        return unpack(packed as Packed<Awaited<ReturnType<OwnerMethods[K]>>>)
      }
      return {
        servers: () => ask('servers'),
        tools: () => ask('tools'),
        call: async (server, tool, args = {}) =>
          (await ask('send', server, {
            method: 'tools/call',
            params: { name: tool, arguments: args },
            about: tool,
          })) as Outcome<CallToolResult>,
        read: async (server, uri) =>
          (await ask('send', server, {
            method: 'resources/read',
            params: { uri },
            about: uri,
          })) as Outcome<ReadResourceResult>,
        prompt: async (server, prompt, args = {}) =>
          (await ask('send', server, {
            method: 'prompts/get',
            params: { name: prompt, arguments: args },
            about: prompt,
          })) as Outcome<GetPromptResult>,
        waiting: () => ask('waiting'),
        answer: (id, answers) => ask('answer', id, answers),
        look: (id) => ask('look', id),
        drop: (id) => ask('drop', id),
        signIn: async (server, { returnTo = '/', session } = {}) => {
          return new URL(await ask('signIn', server, readReturn(returnTo, checked.back), session))
        },
        callback: (request, { session } = {}) =>
          answerCallback(request, checked.log, () => ask('finish', request.url, session)),
        signOut: (server) => ask('signOut', server),
        add: (server, url) => ask('add', server, String(url)),
        remove: (server) => ask('remove', server),
        forget: () => ask('forget'),
      }
    }
    return { of }
  }

/** Written so that no two owners share a name, whatever characters they have. */
async function nameOf(owner: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(owner)))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Whole, since a path can look like an address of another host.
 *
 * @throws TypeError for what leads out of the application.
 */
function readReturn(returnTo: string, { origin }: URL): string {
  const url = URL.parse(returnTo, origin)
  if (returnTo.startsWith('/') && url?.origin === origin) return url.href
  throw new TypeError(`returnTo is a path of this application, such as "/settings"; got ${JSON.stringify(returnTo)}.`)
}

const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } as const

/** Strangers bring the address, so that they are told nothing of it. */
async function answerCallback(request: Request, log: Log, finish: () => Promise<string>): Promise<Response> {
  if (request.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } })
  try {
    return new Response(null, { status: 303, headers: { ...HEADERS, location: await finish() } })
  } catch (cause) {
    log({
      level: 'warn',
      message: `Signing in was not finished: ${cause instanceof Error ? cause.message : 'unknown'}`,
    })
    return new Response('Signing in did not work. Go back to where you came from, and try again.\n', {
      status: 400,
      headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
    })
  }
}
