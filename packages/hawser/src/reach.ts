import { send } from '#send'
import type { Handle, Link } from './call/index.ts'
import { connectLink, connectUrl } from './past.ts'
import { isLink, isUrl, type ReachOptions, reachPresent, type Target } from './reach-present.ts'
import { isLocal } from './wire/loopback.ts'

/** The way to whatever answers, of whatever revision it is; nothing is sent before the first call. */
export function reach(target: Target, options: ReachOptions = {}): Handle | Link {
  if (isLocal(target)) return reachPresent(target, options)
  if (isUrl(target)) return connectUrl(target, options.http, send)
  return isLink(target) ? connectLink(target) : target
}
