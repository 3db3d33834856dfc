import { type Log, reportInternal } from '../../call/index.ts'
import type { Notification, ProgressToken } from '../../protocol/index.ts'
import { encodeNotification } from '../../wire/json-rpc.ts'
import { hasFeature, type Revision } from '../revisions.ts'

/**
 * Makes the `notify` of one call. A handler that runs again tells again how far it is, but to an earlier client it is one
 * call, whose progress must grow. (2025-11-25 basic/utilities/progress)
 */
export function createNotify(
  revision: Revision,
  offer: (json: string, key?: ProgressToken) => void,
  log: Log,
): (notification: Notification) => void {
  let last = Number.NEGATIVE_INFINITY
  return ({ method, params }) => {
    try {
      if (method !== 'notifications/progress') return offer(encodeNotification(method, params))
      const { progress = 0, progressToken, message, ...others } = params ?? {}
      if (progress <= last) return
      last = progress
      const told = hasFeature(revision, 'progressMessage') ? { message } : {}
      offer(encodeNotification(method, { progressToken, progress, ...others, ...told }), progressToken)
    } catch (error) {
      reportInternal(error, log, { method })
    }
  }
}
