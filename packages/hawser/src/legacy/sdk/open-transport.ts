import { ConnectionError, type Principal } from '../../call/index.ts'
import { isObject } from '../../protocol/index.ts'
import type { Channel, Inbox } from '../client/channel.ts'
import type { SdkAuthInfo, SdkTransport } from './shapes.ts'

export interface TransportOptions {
  /** Whether one caller at a time has the connection, so that whatever is said on it is said to that one. */
  readonly isOneCall: boolean
  readonly authInfoOf: (principal: Principal | undefined) => SdkAuthInfo | undefined
}

/** JSON-RPC's number for a method that is not there. */
const METHOD_NOT_FOUND = -32601

const UNBOUND =
  'Whom this is for is not known, since several callers share this server. Ask by what the handler was given, or make a server for each call.'

type Fields = { readonly [name: string]: unknown }

/** Opens a connection to a server of this process: both of its ends, between which messages travel as JSON. */
export function openTransport(
  inbox: Inbox,
  { isOneCall, authInfoOf }: TransportOptions,
): { readonly channel: Channel; readonly transport: SdkTransport } {
  let lastId = 0
  let isOpen = true

  const deliver = (json: string, principal?: Principal): void => {
    if (!isOpen) throw new ConnectionError('disconnected', 'The server has closed its connection.')
    const authInfo = authInfoOf(principal)
    transport.onmessage?.(JSON.parse(json) as never, authInfo === undefined ? {} : { authInfo })
  }

  /** What nothing binds to a call may be for anybody who shares the connection, so nobody is told. */
  const isForNobody = ({ id, method }: Fields): boolean => {
    if (method === 'notifications/message') return true
    if (typeof method !== 'string' || method === 'ping' || id === undefined) return false
    deliver(JSON.stringify({ jsonrpc: '2.0', id, error: { code: METHOD_NOT_FOUND, message: UNBOUND } }))
    return true
  }

  const transport: SdkTransport = {
    start: async () => {},
    send: async (message, { relatedRequestId } = {}) => {
      if (!isOpen) return
      // A handler may go on when its call is over, and is not to speak to somebody else's.
      const isBound = typeof relatedRequestId === 'number' && inbox.awaits(relatedRequestId)
      if (!isBound && !isOneCall && isObject(message) && isForNobody(message)) return
      inbox.receive(JSON.stringify(message), isBound ? relatedRequestId : isOneCall ? lastId : undefined)
    },
    close: async () => {
      if (!isOpen) return
      isOpen = false
      inbox.end(new ConnectionError('disconnected', 'The server has closed its connection.'))
      transport.onclose?.()
    },
  }

  const channel: Channel = {
    transport: 'memory',
    nextId: () => ++lastId,
    request: async (_, json, __, principal) => {
      deliver(json, principal)
      return true
    },
    send: async (json) => deliver(json),
    agree: () => {},
    listen: async () => true,
    stopListening: () => {},
    hold: () => {},
    close: () => transport.close(),
  }
  return { channel, transport }
}
