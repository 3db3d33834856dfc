import { audit } from './audit.ts'
import { auth } from './auth.ts'
import { client } from './client.ts'
import { coldStart } from './cold-start.ts'
import { growth } from './growth.ts'
import { http } from './http.ts'
import { inproc } from './inproc.ts'
import { issuer } from './issuer.ts'
import { listeners } from './listeners.ts'
import { memory } from './memory.ts'
import type { Row } from './row.ts'
import { sessions } from './sessions.ts'
import { size } from './size.ts'
import { start } from './start.ts'
import { stdio } from './stdio.ts'
import { types } from './types.ts'
import { workerd } from './workerd.ts'
import { workerdIssuer } from './workerd-issuer.ts'
import { workerdListeners } from './workerd-listeners.ts'

export const rows: readonly Row[] = [
  inproc,
  auth,
  issuer,
  audit,
  http,
  client,
  stdio,
  start,
  workerd,
  workerdIssuer,
  workerdListeners,
  coldStart,
  size,
  types,
  memory,
  sessions,
  listeners,
  growth,
]
