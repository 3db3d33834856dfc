/** What one operation asks of the platform, when its objects are in memory and have been used before. */
export interface Cost {
  /** Requests of Workers. */
  readonly requests: number
  /** Requests of Durable Objects; messages that come over sockets count one twentieth. */
  readonly objectRequests: number
  readonly messages: number
  readonly rowsWritten: number
  readonly rowsRead: number
}

/** Dollars for a million of each, beyond what a plan includes. */
const PRICES = { requests: 0.3, objectRequests: 0.15, rowsWritten: 1 } as const
/** Messages that are billed as one request. */
const MESSAGES_A_REQUEST = 20

/** Dollars for a million of an operation. */
export const priceOf = ({ requests, objectRequests, messages, rowsWritten }: Cost): number =>
  requests * PRICES.requests +
  (objectRequests + messages / MESSAGES_A_REQUEST) * PRICES.objectRequests +
  rowsWritten * PRICES.rowsWritten
