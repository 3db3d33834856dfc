import type { LoggingLevel } from './logging.ts'
import type { Meta, ProgressToken, RequestId } from './meta.ts'
import type { SubscriptionFilter } from './methods.ts'

interface Noted {
  readonly _meta?: Meta
}

/** Every notification, with its params. */
export interface Notifications {
  'notifications/progress': Noted & {
    readonly progressToken: ProgressToken
    readonly progress: number
    readonly total?: number
    readonly message?: string
  }
  'notifications/message': Noted & {
    readonly level: LoggingLevel
    readonly logger?: string
    readonly data: unknown
  }
  'notifications/cancelled': Noted & { readonly requestId: RequestId; readonly reason?: string }
  'notifications/subscriptions/acknowledged': Noted & {
    readonly notifications: SubscriptionFilter
  }
  'notifications/resources/updated': Noted & { readonly uri: string }
  'notifications/resources/list_changed': Noted
  'notifications/tools/list_changed': Noted
  'notifications/prompts/list_changed': Noted
}

export type NotificationMethod = keyof Notifications

export type Notification = {
  [M in NotificationMethod]: { readonly method: M; readonly params?: Notifications[M] }
}[NotificationMethod]
