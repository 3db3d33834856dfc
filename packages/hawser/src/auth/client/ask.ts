/** A way to a browser and back. */
export interface Callback {
  /** Where the issuer sends the browser: https, or http on this machine. (basic/authorization/security-considerations#communication-security) */
  readonly redirectUri: string
  /**
   * Brings a person to a page and resolves to the address to which the browser came back. Rejects when the signal fires.
   *
   * @param accepts Whether an address is the one that is waited for; others are no business of this visit.
   */
  readonly visit: (page: URL, accepts: (url: URL) => boolean, signal: AbortSignal) => Promise<URL>
  readonly close: () => void | Promise<void>
}

/** What a person needs to sign in on another device. */
export interface DeviceCode {
  readonly userCode: string
  readonly page: URL
  /** The page with the code already typed in. */
  readonly completePage: URL | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** How a person is brought to the issuer: to its page and back, or with a code on another device. */
export type Ask =
  | {
      /**
       * Opens the way back.
       *
       * @param known The way back that the issuer knows from last time.
       */
      readonly open: (known: string | undefined) => Promise<Callback>
    }
  | {
      /** Shows a code that is to be typed in on another device. (RFC 8628) */
      readonly showCode: (code: DeviceCode) => void
    }
