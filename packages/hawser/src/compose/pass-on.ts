import type { Call } from '../call/index.ts'
import {
  type ClientCapabilities,
  isObject,
  LOGGING_LEVELS,
  META,
  type Notification,
  type RequestMeta,
} from '../protocol/index.ts'
import { type Ability, canAsk } from '../server/questions.ts'
import type { MountPoint } from './mount-point.ts'

/** Notifications of one call that are passed on, and UTF-16 units of one log message as JSON and of one report. */
const MAX_NOTIFICATIONS = 10_000
const MAX_LOG = 65_536
const MAX_REPORT = 1024

/** Trace context without baggage, which holds whatever somebody put there. */
const PASSED = ['progressToken', META.logLevel, 'traceparent', 'tracestate'] as const

/** The part of a request's `_meta` that a mounted server is told. */
export function passMeta({ params }: Call, { meta }: MountPoint): RequestMeta {
  const given = params._meta ?? {}
  return Object.fromEntries(
    [...PASSED, ...meta].flatMap((key) => (Object.hasOwn(given, key) ? [[key, given[key]]] : [])),
  )
}

/** The part of a client's capabilities that a mounted server may make use of. */
export function passCapabilities({ clientCapabilities }: Call, { asks, extensions }: MountPoint): ClientCapabilities {
  const can = (ability: Ability): boolean => asks.includes(ability) && canAsk(clientCapabilities, ability)
  const declared = isObject(clientCapabilities.extensions) ? clientCapabilities.extensions : {}
  const shared = extensions.filter((id) => Object.hasOwn(declared, id))
  return {
    ...((can('form') || can('url')) && {
      elicitation: { ...(can('form') && { form: {} }), ...(can('url') && { url: {} }) },
    }),
    ...(can('sampling') && { sampling: clientCapabilities.sampling }),
    ...(can('roots') && { roots: {} }),
    ...(shared.length > 0 && { extensions: Object.fromEntries(shared.map((id) => [id, declared[id]!])) }),
  }
}

/** Passes on what a mounted server tells about a call, under the caller's own token, and says whose log it is. */
export function passNotifications(call: Call, { name }: MountPoint): Call['notify'] {
  const { progressToken, [META.logLevel]: wanted } = call.params._meta ?? {}
  let sent = 0
  let last = Number.NEGATIVE_INFINITY
  const send = (notification: Notification): void => {
    if (sent++ < MAX_NOTIFICATIONS) call.notify(notification)
  }
  return ({ method, params }) => {
    if (method === 'notifications/progress' && params !== undefined && progressToken !== undefined) {
      const { progress, total, message } = params
      if (!(progress > last && progress < Infinity)) return
      last = progress
      send({
        method,
        params: {
          progressToken,
          progress,
          total: Number.isFinite(total) ? total : undefined,
          message: typeof message === 'string' ? message.slice(0, MAX_REPORT) : undefined,
        },
      })
    } else if (method === 'notifications/message' && params !== undefined && wanted !== undefined) {
      const { level, logger, data } = params
      if (LOGGING_LEVELS.indexOf(level) < LOGGING_LEVELS.indexOf(wanted)) return
      if ((JSON.stringify(data)?.length ?? Infinity) > MAX_LOG) return
      send({
        method,
        params: { level, logger: typeof logger === 'string' ? `${name}/${logger.slice(0, MAX_REPORT)}` : name, data },
      })
    }
  }
}
