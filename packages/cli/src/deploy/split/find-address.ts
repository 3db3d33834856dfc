import type { SuitePlan } from 'hawser/cloudflare'
import { EXIT } from '../../exit-code.ts'
import { Failure } from '../../failure.ts'

/**
 * Where clients reach a server: its resource; for one that is not protected, its path at the host of the others.
 *
 * @throws Failure for an address that cannot lead to a Worker of its own.
 */
export function findAddress(part: string, { owner, members }: SuitePlan): URL {
  const { resource, path = '/' } = members[part] ?? {}
  const host = resource ?? owner.issuer ?? Object.values(members).find((one) => one.resource !== undefined)?.resource
  const url = host === undefined ? undefined : new URL(path, host)
  const problem = findProblem(url)
  if (url !== undefined && problem === undefined) return url
  throw new Failure(EXIT.definition, `The server "${part}" ${problem}.`, [
    'Routes of a domain of yours lead to several Workers. Let the servers be at one:',
    '"vars": { "ORIGIN": "https://mcp.example.com" }, "routes": [{ "pattern": "mcp.example.com", "custom_domain": true }]',
  ])
}

function findProblem(url: URL | undefined): string | undefined {
  if (url === undefined) return 'has no address: neither it nor another one is protected as a resource'
  if (url.hostname.endsWith('.workers.dev')) return `is at ${url.host}, and a name of workers.dev leads to one Worker`
  return url.protocol === 'https:' ? undefined : `is at ${url.origin}, which is this machine`
}
