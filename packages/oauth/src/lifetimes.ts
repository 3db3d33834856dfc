/** Seconds. */
export interface LifetimeOptions {
  /** Between the request and the decision; 600 when left out. */
  readonly transaction?: number | undefined
  /** Of a code; 60 when left out, 600 at most. (RFC 6749 section 4.1.2) */
  readonly code?: number | undefined
  /** Of a refresh token that nobody uses; 30 days when left out. */
  readonly refresh?: number | undefined
  /** Of a grant, however often it is refreshed; 90 days when left out. */
  readonly grant?: number | undefined
  /**
   * How long a used refresh token gives the same answer again, for answers that were lost and for programs that share a
   * token; 30 when left out, 0 for never.
   */
  readonly grace?: number | undefined
  /** How long a key signs; 30 days when left out. */
  readonly signingKey?: number | undefined
}

/** Milliseconds. */
export interface Lifetimes {
  readonly transaction: number
  readonly code: number
  /** How long a second use of a code is noticed. */
  readonly codeMemory: number
  readonly refresh: number
  readonly grant: number
  readonly grace: number
  readonly signingKey: number
}

const DAY = 86_400
const MAX_CODE = 600
const MIN_SIGNING_KEY = DAY

/** @throws TypeError for a lifetime that is no time, or longer than is safe. */
export function createLifetimes(options: LifetimeOptions): Lifetimes {
  const {
    transaction = 600,
    code = 60,
    refresh = 30 * DAY,
    grant = 90 * DAY,
    grace = 30,
    signingKey = 30 * DAY,
  } = options
  for (const [name, seconds, least, most] of [
    ['transaction', transaction, 1, 3600],
    ['code', code, 1, MAX_CODE],
    ['refresh', refresh, 1, 3650 * DAY],
    ['grant', grant, 1, 3650 * DAY],
    ['grace', grace, 0, 300],
    ['signingKey', signingKey, MIN_SIGNING_KEY, 3650 * DAY],
  ] as const) {
    if (!(seconds >= least && seconds <= most)) {
      throw new TypeError(`lifetimes.${name} is ${least} to ${most} seconds; it is ${seconds}.`)
    }
  }
  return {
    transaction: transaction * 1000,
    code: code * 1000,
    codeMemory: (code + MAX_CODE) * 1000,
    refresh: refresh * 1000,
    grant: grant * 1000,
    grace: grace * 1000,
    signingKey: signingKey * 1000,
  }
}
