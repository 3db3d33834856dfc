/** The revisions that open with a handshake, oldest first. */
export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const

export type Revision = (typeof REVISIONS)[number]

/** What is agreed when the peer wants a revision that is not in the table. (2025-11-25 basic/lifecycle#version-negotiation) */
export const NEWEST_REVISION: Revision = '2025-11-25'

/** What a request without the version header is taken for. (2025-11-25 basic/transports#protocol-version-header) */
export const ASSUMED_REVISION: Revision = '2025-03-26'

interface Span {
  /** The revision that brought it. */
  readonly since: Revision
  /** The last revision that has it, where it was taken back before the present one. */
  readonly until?: Revision
}

/** Where the revisions differ. What all of them have, and the present one has too, is not listed. */
const FEATURES = {
  /** Arrays of messages. */
  batches: { since: '2025-03-26', until: '2025-03-26' },
  audioContent: { since: '2025-03-26' },
  toolAnnotations: { since: '2025-03-26' },
  completionsCapability: { since: '2025-03-26' },
  progressMessage: { since: '2025-03-26' },
  /** `MCP-Protocol-Version` on every HTTP request. */
  versionHeader: { since: '2025-06-18' },
  /** `title` of tools, prompts, resources and implementations. */
  titles: { since: '2025-06-18' },
  /** `_meta` of what is listed and of content. */
  itemMeta: { since: '2025-06-18' },
  resourceLinks: { since: '2025-06-18' },
  /** `outputSchema` and `structuredContent`, both of them objects. */
  structuredOutput: { since: '2025-06-18' },
  lastModified: { since: '2025-06-18' },
  elicitation: { since: '2025-06-18' },
  /** Defaults of every type, titled choices, and choices of several. */
  richForms: { since: '2025-11-25' },
  /** URL mode, and the error `-32042`. */
  urlElicitation: { since: '2025-11-25' },
  /** `icons`, and `description` and `websiteUrl` of implementations. */
  icons: { since: '2025-11-25' },
  /** Tools in sampling, and several blocks in one of its messages. */
  samplingTools: { since: '2025-11-25' },
  extensions: { since: '2025-11-25' },
  /** An event without data at the start of a stream, so that its reader can come back. */
  primedStreams: { since: '2025-11-25' },
} as const satisfies Readonly<Record<string, Span>>

export type Feature = keyof typeof FEATURES

/**
 * Whether a revision has a feature. Revisions are dates, so that they compare as text.
 *
 * @example hasFeature('2025-06-18', 'batches') // false
 */
export function hasFeature(revision: Revision, feature: Feature): boolean {
  const { since, until }: Span = FEATURES[feature]
  return revision >= since && (until === undefined || revision <= until)
}

export function isRevision(text: unknown): text is Revision {
  return (REVISIONS as readonly unknown[]).includes(text)
}

/** Numbers of errors that only these revisions know. */
export const OLD_ERRORS = { resourceNotFound: -32002, urlElicitationRequired: -32042 } as const
