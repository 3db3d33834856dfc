import type { SuitePlan } from 'hawser/cloudflare'
import { bad, type Examined, type Finding, good, note, skipped } from '../../doctor/check.ts'
import type { Project, WorkerConfig } from '../../wrangler/project.ts'
import type { Bundle } from '../bundle.ts'
import { checkObjects } from '../check-objects.ts'
import { checkSecrets } from '../check-secrets.ts'
import { boundNames } from './pick-bindings.ts'
import type { PlannedWorker } from './plan-workers.ts'

/** The configuration that is split, with what its suite is made of. */
export interface Whole {
  readonly project: Project
  readonly config: WorkerConfig
  readonly suite: SuitePlan
  readonly workers: readonly PlannedWorker[]
}

/** What can be wrong with the Worker that has the objects and the issuer. */
export async function checkOwner(
  { project, config, suite, workers }: Whole,
  own: WorkerConfig,
  bundle: Bundle,
): Promise<readonly Examined[]> {
  const { owner, members } = suite
  const bound = boundNames(config)
  const needed = owner.bindings.filter((name) => !bound.has(name) && !Object.hasOwn(config.vars, name))
  const elsewhere = [...bound, ...workers.flatMap(({ secrets = [] }) => secrets)].filter(
    (name) => !needed.includes(name),
  )
  // What another Worker is given is no secret of this one.
  const vars = { ...own.vars, ...Object.fromEntries(elsewhere.map((name) => [name, ''])) }
  const secrets = { required: [...(own.secrets?.required ?? []), ...needed] }
  const isAsked = Object.values(members).some(({ asksIssuer }) => asksIssuer)
  return [
    { id: 'objects', title: 'Durable Objects', findings: checkObjects(own, bundle.exports) },
    ...(isAsked ? [{ id: 'issuer', title: 'Issuer', findings: [checkIssuer(bundle)] }] : []),
    { id: 'given', title: 'Given away', findings: [checkGiven(bound, boundNames(own), suite)] },
    {
      id: 'secrets',
      title: 'Secrets',
      findings: await checkSecrets(project.folder, { ...own, vars, secrets }, bundle, undefined),
    },
  ]
}

/** What can be wrong with the Worker of a server. */
export function checkMember({ name, secrets = [] }: PlannedWorker, own: WorkerConfig): readonly Examined[] {
  const objects = own.durable_objects.bindings.map((one) => `${one.name} of ${one.script_name}`)
  return [
    {
      id: 'objects',
      title: 'Durable Objects',
      findings: [objects.length > 0 ? good(objects.join(', ')) : skipped('none')],
    },
    { id: 'secrets', title: 'Secrets', findings: [describeSecrets(secrets, name)] },
  ]
}

function describeSecrets(names: readonly string[], worker: string): Finding {
  if (names.length === 0) return skipped('none')
  const put = names.map((name) => `npx wrangler secret put ${name} --name ${worker}`).join(' · ')
  return good(`${names.join(', ')}. Once, if not done: ${put}`)
}

const checkIssuer = ({ exports }: Bundle): Finding =>
  exports.includes('IssuerEntrypoint')
    ? good('asked through a service binding')
    : bad(
        'the main file does not export IssuerEntrypoint',
        'The other Workers are bound to it, to ask which tokens are good.',
        "Add to the main file: export { IssuerEntrypoint } from 'hawser/cloudflare'",
      )

/** Whether everything that is bound is given to somebody. */
function checkGiven(bound: ReadonlySet<string>, own: ReadonlySet<string>, { members }: SuitePlan): Finding {
  const given = new Set([...own, ...Object.values(members).flatMap(({ bindings }) => bindings)])
  const left = [...bound].filter((name) => !given.has(name))
  if (left.length === 0) return good('all that is bound')
  return note(
    `${left.join(', ')} to nobody`,
    'No tool names it, and neither does the suite: what uses it fails when it is used.',
    `Name who uses it: suite({ … }, { bindings: { NAME: ['${left[0]}'] } })`,
  )
}
