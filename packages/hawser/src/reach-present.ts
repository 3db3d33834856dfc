import { send } from '#send'
import type { Handle, Link } from './call/index.ts'
import { connectHttp, type ConnectHttpOptions } from './http/index.ts'
import { isObject } from './protocol/index.ts'
import { createLoopback, isLocal, type Local, type LoopbackOptions } from './wire/loopback.ts'

/** What a connection can be made to: a server in this process, a URL, a link such as a child process, or a handle. */
export type Target = Local | URL | string | Link | Handle

/** `as` and `env` are for a server in this process, `http` is for a URL. */
export interface ReachOptions extends LoopbackOptions {
  /** Headers, `fetch` and limits. */
  readonly http?: ConnectHttpOptions | undefined
}

/** The way to whatever answers and speaks the present revision; nothing is sent before the first call. */
export function reachPresent(target: Target, { as, env, http }: ReachOptions = {}): Handle | Link {
  if (isLocal(target)) return createLoopback(target, { as, env })
  return isUrl(target) ? connectHttp(target, http, { send }) : target
}

export const isUrl = (target: Target): target is string | URL => typeof target === 'string' || target instanceof URL

/** A link belongs to whoever reaches for it, and is closed with it. */
export const isLink = (target: Target): target is Link => isObject(target) && typeof target['handle'] === 'function'
