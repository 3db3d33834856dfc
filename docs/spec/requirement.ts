export type Level = 'MUST' | 'SHOULD'

/**
 * Whom a rule binds. Rules of framing and delivery bind the transport, which is a part of both sides. `issuer` is the authorization
 * server, which is `@hawser/oauth` where it is one of ours.
 */
export type Who = 'server' | 'client' | 'both' | 'transport' | 'issuer'

/** Why nothing here proves a rule: it concerns nobody here, or not yet. */
export interface Exemption {
  readonly status: 'not-applicable' | 'later'
  readonly reason: string
}

/** One rule of the specification, in our own words. */
export interface Requirement {
  readonly level: Level
  readonly who: Who
  readonly text: string
  /** Absent for a rule that is held, which at least one test cites. */
  readonly exemption?: Exemption
}

/** The rules of one page by section, each under the name that tests cite. */
export interface Page {
  /** Below `/specification/2026-07-28/`; from the root of the site where it begins with a slash. */
  readonly path: string
  /** By the anchor of the section; `overview` is what comes before the first one. */
  readonly sections: { readonly [anchor: string]: { readonly [id: string]: Requirement } }
}

export const must = (who: Who, text: string, exemption?: Exemption): Requirement => ({
  level: 'MUST',
  who,
  text,
  exemption,
})

export const should = (who: Who, text: string, exemption?: Exemption): Requirement => ({
  level: 'SHOULD',
  who,
  text,
  exemption,
})

/** For a rule about something that Hawser will do and does not do yet. */
export const later = (reason: string): Exemption => ({ status: 'later', reason })

/** For a rule about something that is not in the hands of this library. */
export const notOurs = (reason: string): Exemption => ({ status: 'not-applicable', reason })
