/** Who is calling, as proven by the transport. */
export interface Principal {
  /** Stable and unique within the issuer: the `sub` of a token, `local` on stdio. */
  readonly subject: string
  readonly scopes: ReadonlySet<string>
}
