import { workers } from '#workers'
import type { LocalIssuer } from '../../auth/index.ts'

/** The binding by which a Worker of one server reaches that of the issuer. */
const ISSUER_BINDING = 'ISSUER'

/** What other Workers ask of the issuer. */
interface IssuerService {
  jwks(): Promise<Awaited<ReturnType<LocalIssuer['jwks']>>>
  isGrantLive(grant: string): Promise<boolean>
}

/** Longer names are no grants. */
const MAX_GRANT = 256

let served: LocalIssuer | undefined

/** Has other Workers of the suite ask this issuer. */
export const serveEntrypoint = (issuer: LocalIssuer): void => void (served = issuer)

/**
 * By what the Workers of a split suite ask the Worker of their issuer about tokens: for its public keys, and whether a grant holds. Only Workers that
 * are bound to it reach it; it has no address.
 *
 * @example export { IssuerEntrypoint } from 'hawser/cloudflare'
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/rpc/
 */
export class IssuerEntrypoint extends workers.WorkerEntrypoint implements IssuerService {
  async jwks(): ReturnType<IssuerService['jwks']> {
    return find().jwks()
  }

  async isGrantLive(grant: string): Promise<boolean> {
    const { isGrantLive } = find()
    return typeof grant === 'string' && grant.length <= MAX_GRANT && (await isGrantLive?.(grant)) === true
  }
}

function find(): LocalIssuer {
  if (served !== undefined) return served
  throw new Error('This Worker has no suite with an issuer.')
}

/**
 * The issuer in another Worker.
 *
 * @throws TypeError when this one is not bound to it.
 */
export function boundIssuer(issuer: string): LocalIssuer {
  // A stub belongs to the request that it is asked for.
  const open = (): IssuerService => workers.env?.[ISSUER_BINDING] as IssuerService
  if (open() === undefined) {
    const line = `"services": [{ "binding": "${ISSUER_BINDING}", "service": "…", "entrypoint": "IssuerEntrypoint" }]`
    throw new TypeError(
      `A Worker of one server asks its issuer by the binding ${ISSUER_BINDING}, which is missing: ${line}`,
    )
  }
  return { issuer, jwks: async () => open().jwks(), isGrantLive: async (grant) => open().isGrantLive(grant) }
}
