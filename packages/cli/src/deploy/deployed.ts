import type { WorkerConfig } from '../wrangler/project.ts'
import { isJson, type Json, parseObject } from '../doctor/messages.ts'

/** What Cloudflare says of a Worker that is deployed, without values of secrets. */
export interface Deployed {
  readonly bindings: readonly DeployedBinding[]
  /** The day and the flags of its runtime. */
  readonly compatibility: readonly string[]
  /** The tag of the last migration; absent for none. */
  readonly migration: string | undefined
  /** Its version; absent where several share the requests. */
  readonly version: string | undefined
}

export interface DeployedBinding {
  readonly name: string
  /** In the words of the API, such as `durable_object_namespace`. */
  readonly type: string
  /** Of a variable. */
  readonly value?: unknown
}

/** What was found out: `absent` for a Worker that was never deployed, `unknown` with the reason where nobody is asked, or answers. */
export type Looked = Deployed | 'absent' | { readonly unknown: string }

const API = 'https://api.cloudflare.com/client/v4'
/** Milliseconds for one answer. */
const PATIENCE = 10_000
/** No such Worker, by two names. (https://developers.cloudflare.com/workers/observability/errors/) */
const ABSENT = new Set([10007, 10090])

/**
 * Looks what is deployed, with the token that wrangler would use. Without `CLOUDFLARE_API_TOKEN` nothing is sent.
 *
 * @see https://developers.cloudflare.com/api/resources/workers/
 */
export async function readDeployed({ name = '', account_id }: WorkerConfig): Promise<Looked> {
  const { CLOUDFLARE_API_TOKEN: token = '', CLOUDFLARE_API_BASE_URL: base = API, CLOUDFLARE_ACCOUNT_ID } = process.env
  if (token === '') return { unknown: 'there is no CLOUDFLARE_API_TOKEN' }
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${base}/${path}`, {
      headers: { authorization: `Bearer ${token}` },
      // A token goes to nobody else.
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    })
    const { result, errors } = parseObject(await response.text()) ?? {}
    if (response.ok) return result
    const [error] = listOf(errors)
    throw new Refusal(Number(error?.['code'] ?? 0), response.status)
  }
  try {
    const account = CLOUDFLARE_ACCOUNT_ID ?? account_id ?? (await onlyAccount(get))
    if (account === undefined) return { unknown: 'there are several accounts, and no CLOUDFLARE_ACCOUNT_ID' }
    const of = `accounts/${encodeURIComponent(account)}/workers`
    const script = encodeURIComponent(name)
    const [service, settings, deployments] = await Promise.all([
      get(`${of}/services/${script}`),
      get(`${of}/scripts/${script}/settings`),
      get(`${of}/scripts/${script}/deployments`),
    ])
    return readAnswers(service, settings, deployments)
  } catch (cause) {
    if (!(cause instanceof Refusal)) return { unknown: 'Cloudflare does not answer' }
    return ABSENT.has(cause.code) ? 'absent' : { unknown: `Cloudflare refuses to say it (${cause.message})` }
  }
}

/** That the API does not do what was asked. */
class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: number

  constructor(code: number, status: number) {
    super(code === 0 ? `HTTP ${status}` : `code ${code}`)
    this.code = code
  }
}

async function onlyAccount(get: (path: string) => Promise<unknown>): Promise<string | undefined> {
  const [account, ...more] = listOf(await get('accounts?per_page=2'))
  return more.length > 0 ? undefined : textOf(account?.['id'])
}

function readAnswers(service: unknown, settings: unknown, deployments: unknown): Deployed {
  const { compatibility_date: date, compatibility_flags: flags, bindings } = objectOf(settings)
  const { script } = objectOf(objectOf(service)['default_environment'])
  const [latest] = listOf(objectOf(deployments)['deployments'])
  const versions = listOf(latest?.['versions'])
  return {
    bindings: listOf(bindings).map((binding) => ({
      name: String(binding['name']),
      type: String(binding['type']),
      ...(binding['type'] === 'plain_text' && { value: binding['text'] }),
      ...(binding['type'] === 'json' && { value: binding['json'] }),
    })),
    compatibility: [textOf(date), ...(Array.isArray(flags) ? flags.map(textOf) : [])].filter(
      (each) => each !== undefined,
    ),
    migration: textOf(objectOf(script)['migration_tag']),
    version: versions.length === 1 ? textOf(versions[0]?.['version_id']) : undefined,
  }
}

const objectOf = (value: unknown): Json => (isJson(value) ? value : {})
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : [])
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
