import { PROTOCOL_ERRORS, type ProtocolError, type ProtocolErrorCode } from '../../call/index.ts'
import { PROTOCOL_VERSION } from '../../protocol/index.ts'
import { findMutual, OLD_VERSIONS } from './versions.ts'

/** What an error says of who sent it. */
export type Era = 'present' | 'past' | 'either'

const PRESENT: ReadonlySet<ProtocolErrorCode> = new Set([
  'header_mismatch',
  'missing_client_capability',
  'unsupported_version',
])

/** Both sorts of servers answer so to what they do not know, or to what is wrong in the call itself. */
const EITHER: ReadonlySet<ProtocolErrorCode> = new Set(['method_not_found', 'invalid_params'])

/**
 * Tells from an error that a server answered with whether it knows the present revision. A server that knows of it and yet
 * only speaks earlier ones counts as one of the past. (basic/versioning#backward-compatibility-with-initialization-based-versions)
 */
export function eraOf(error: ProtocolError): Era {
  const { code, data } = error
  if (code === 'unsupported_version' && findMutual(data, [PROTOCOL_VERSION, ...OLD_VERSIONS]) !== PROTOCOL_VERSION) {
    return findMutual(data, OLD_VERSIONS) === undefined ? 'present' : 'past'
  }
  if (PRESENT.has(code)) return 'present'
  return EITHER.has(code) ? 'either' : 'past'
}

/**
 * Tells from what a server answered to `server/discover` whether it speaks the present revision. Some answer to anything.
 * One that speaks none of the revisions that are known here is not of the past.
 */
export function judgeAnswer(answer: object): Exclude<Era, 'either'> {
  const supported = 'supportedVersions' in answer ? answer.supportedVersions : undefined
  const mutual = findMutual({ supported }, [PROTOCOL_VERSION, ...OLD_VERSIONS])
  return mutual === PROTOCOL_VERSION || (mutual === undefined && Array.isArray(supported)) ? 'present' : 'past'
}

/** The numbers by which a body can be recognised as an answer of the present revision, or of either. */
export const KNOWN_NUMBERS: ReadonlySet<number> = new Set(
  [...PRESENT, ...EITHER].map((code) => PROTOCOL_ERRORS[code].number),
)
