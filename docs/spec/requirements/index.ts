import type { Page } from '../requirement.ts'
import { authorization, authorizationDiscovery, authorizationSecurity, clientRegistration } from './authorization.ts'
import { basic } from './basic.ts'
import { bestPractices } from './best-practices.ts'
import { elicitation, roots, sampling } from './client.ts'
import { authorization20250326, authorization20250618 } from './past.ts'
import { cancellation, mrtr, patterns, progress, subscriptions } from './patterns.ts'
import { caching, completion, discover, logging, pagination, prompts, resources, tools } from './server.ts'
import { changelog, http, stdio, transports } from './transports.ts'
import { versioning } from './versioning.ts'

/** Every page of the revision that binds a server, a client, a transport or an issuer, in the order of the specification; then what earlier ones ask besides. */
export const PAGES: readonly Page[] = [
  basic,
  authorization,
  authorizationDiscovery,
  clientRegistration,
  authorizationSecurity,
  bestPractices,
  versioning,
  patterns,
  mrtr,
  subscriptions,
  progress,
  cancellation,
  transports,
  stdio,
  http,
  discover,
  tools,
  resources,
  prompts,
  caching,
  completion,
  logging,
  pagination,
  elicitation,
  sampling,
  roots,
  changelog,
  authorization20250326,
  authorization20250618,
]
