import { join } from 'node:path'
import type { MemberPlan, SuitePlan } from 'hawser/cloudflare'
import { EXIT } from '../../exit-code.ts'
import { Failure } from '../../failure.ts'
import type { WorkerConfig } from '../../wrangler/project.ts'
import { findAddress } from './find-address.ts'
import { boundNames, isBinding, pickBindings } from './pick-bindings.ts'
import { rebaseAssets, rebasePaths } from './rebase-paths.ts'

type Settings = Readonly<Record<string, unknown>>

/** A Worker of a split suite. */
export interface PlannedWorker {
  /** Of the suite: `owner`, or a server. */
  readonly part: string
  /** As Cloudflare knows it. */
  readonly name: string
  /** What wrangler reads. */
  readonly settings: Settings
  /** What it is given as secrets, since nothing else is bound to these names; absent for the owner, which has all others. */
  readonly secrets: readonly string[] | undefined
  /** Where its server is; absent for the owner. */
  readonly url: string | undefined
}

/** Settings that are not for one Worker more than for another. */
const COMMON = [
  'account_id',
  'alias',
  'compatibility_date',
  'compatibility_flags',
  'define',
  'keep_names',
  'limits',
  'logpush',
  'minify',
  'no_bundle',
  'observability',
  'placement',
  'rules',
  'upload_source_maps',
]
/** Settings that wrangler adds when it reads a configuration, that are for one's own machine, or that are put together anew. */
const LEFT_OUT =
  /^(?:configPath|userConfigPath|topLevelName|definedEnvironments|dev|build|jsx_\w+|python_modules|queues|workflows|assets)$/

/** As `suite()` knows its own part, and reads it. */
const OWNER = 'owner'
const PART = 'HAWSER_PART'
const ISSUER = { binding: 'ISSUER', entrypoint: 'IssuerEntrypoint' }

/**
 * Makes the configurations of one Worker for each server of a suite, and of one for its issuer and its Durable Objects, which keeps the
 * name. Each is the same code, and is told by a variable which part it is.
 *
 * @param folder Of the configuration that is split.
 * @param to Where the others are written, each in a folder of its own below.
 * @throws Failure when a server has no address that can lead to another Worker.
 */
export function planWorkers(
  config: WorkerConfig,
  plan: SuitePlan,
  folder: string,
  to: string,
): readonly PlannedWorker[] {
  const { name, vars } = config
  if (name === undefined) throw new Failure(EXIT.definition, 'The configuration has no `name`.')
  const bound = boundNames(config)
  const owner = { ...ownerOf(config, plan), ...rebaseAssets(config, folder, join(to, OWNER)) }
  const place = (part: string, settings: Settings): Settings => ({
    name: part === OWNER ? name : `${name}-${part}`,
    ...rebasePaths(config, folder, join(to, part)),
    ...settings,
    vars: { ...vars, [PART]: part },
  })
  return [
    { part: OWNER, name, settings: place(OWNER, owner), secrets: undefined, url: undefined },
    ...Object.entries(plan.members).map(([part, member]): PlannedWorker => {
      const secrets = member.bindings.filter((binding) => !bound.has(binding) && !Object.hasOwn(vars, binding))
      const url = findAddress(part, plan)
      const settings = place(part, memberOf(config, name, member, url.host))
      return { part, name: `${name}-${part}`, settings, secrets, url: url.href }
    }),
  ]
}

/** Everything but what only servers reach. The objects stay with their Worker, so that what they hold does. */
function ownerOf(config: WorkerConfig, { owner }: SuitePlan): Settings {
  const kept = Object.entries(config).filter(
    ([key, value]) =>
      !LEFT_OUT.test(key) && key !== 'name' && key !== 'main' && !isEmpty(value) && !isBinding(key, value),
  )
  const { queues, ...picked } = pickBindings(config, new Set(owner.bindings))
  const consumers = config.queues?.consumers ?? []
  // Their classes are here, so that they would not exist elsewhere.
  const workflows = config.workflows?.filter(({ script_name: script }) => script === undefined) ?? []
  const allQueues = { ...(queues as object | undefined), ...(consumers.length > 0 && { consumers }) }
  return {
    ...Object.fromEntries(kept),
    ...picked,
    ...(!isEmpty(allQueues) && { queues: allQueues }),
    ...(workflows.length > 0 && { workflows }),
  }
}

/** What a server is given, and by which addresses it is reached: no others, not even for trying it out. */
function memberOf(config: WorkerConfig, owner: string, member: MemberPlan, host: string): Settings {
  const names = new Set(member.bindings)
  const all = config as unknown as Settings
  const common = COMMON.flatMap((key) => (isEmpty(all[key]) ? [] : [[key, all[key]] as const]))
  const { services = [], workflows = [], ...picked } = pickBindings(config, names)
  const ofOwner = (items: unknown): readonly object[] =>
    (items as readonly object[]).map((item) => ({ script_name: owner, ...item }))
  const objects = ofOwner(config.durable_objects.bindings.filter(({ name }) => names.has(name)))
  const asked = member.asksIssuer ? [{ ...ISSUER, service: owner }] : []
  const made = {
    ...picked,
    durable_objects: { bindings: objects },
    workflows: ofOwner(workflows),
    services: [...(services as readonly object[]), ...asked],
  }
  return {
    ...Object.fromEntries([...common, ...Object.entries(made).filter(([, value]) => !isEmpty(value))]),
    workers_dev: false,
    preview_urls: false,
    routes: [member.path, ...member.documents].map((path) => `${host}${path}*`),
  }
}

/** What wrangler writes for what a configuration does not say. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.values(value).every(isEmpty))
