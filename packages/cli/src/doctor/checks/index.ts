import type { Check } from '../check.ts'
import { agents } from './agents.ts'
import { calling } from './calling.ts'
import { challenge } from './challenge.ts'
import { clock } from './clock.ts'
import { cors } from './cors.ts'
import { earlier } from './earlier.ts'
import { errors } from './errors.ts'
import { issuer } from './issuer.ts'
import { latency } from './latency.ts'
import { listening } from './listening.ts'
import { metadata } from './metadata.ts'
import { path } from './path.ts'
import { present } from './present.ts'
import { registration } from './registration.ts'
import { resource } from './resource.ts'
import { sessions } from './sessions.ts'
import { source } from './source.ts'
import { way } from './way.ts'

interface Group {
  readonly title: string
  readonly checks: readonly Check[]
  /** Whether it is about what a server says once it is reached. */
  readonly isTalk?: boolean
}

/** All checks, in the order in which a client runs into what they look at. */
export const GROUPS: readonly Group[] = [
  { title: 'Reaching it', checks: [way, path, source, agents, cors, errors, latency] },
  { title: 'Signing in', checks: [challenge, metadata, resource, issuer, registration, clock] },
  { title: 'Talking to it', isTalk: true, checks: [present, earlier, sessions, listening, calling] },
]
