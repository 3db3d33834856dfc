import { setTimeout as pause } from 'node:timers/promises'
import { COMMON, PRINTING } from '../command-line/options.ts'
import { findEndpoint } from '../dev/find-endpoint.ts'
import { examineProject } from '../deploy/examine-project.ts'
import { keepPlan } from '../deploy/plan.ts'
import { examine } from '../doctor/examine.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import { createOutput, type Output } from '../output/create-output.ts'
import { showDeployment } from '../output/show-deployment.ts'
import { showDiagnosis } from '../output/show-diagnosis.ts'
import { findConfig, openProject } from '../wrangler/project.ts'
import { defineCommand } from './command.ts'

export const deploy = defineCommand({
  name: 'deploy',
  summary: 'Check the Worker of this folder, deploy it, and prove that clients can use it.',
  usage: [
    '[--env NAME] [--url URL] [--path PATH] [--call NAME]',
    '--split [--env NAME]',
    '--dry-run [--split] [--env NAME]',
  ],
  about: [
    'Looks at types, lint, size, secrets, the compatibility date, and whether Durable Objects, their bindings and their migrations agree. What is wrong is not deployed.',
    'Afterwards it looks at the deployed server as hawser doctor does. --dry-run needs no account and sends nothing; with CLOUDFLARE_API_TOKEN it compares with what is deployed.',
  ],
  takesTarget: false,
  options: {
    ...PRINTING,
    'dry-run': { type: 'boolean', about: 'Check, and show what would be deployed and what would change.' },
    split: {
      type: 'boolean',
      about: 'Make a Worker of each server of a suite, and one of their issuer and their Durable Objects.',
    },
    env: { type: 'string', value: 'NAME', about: 'The environment of wrangler.jsonc.' },
    url: { type: 'string', value: 'URL', about: 'Where clients reach it, if not where wrangler says: behind a proxy.' },
    path: { type: 'string', value: 'PATH', about: 'The path of the endpoint; /mcp or / when left out.' },
    call: {
      type: 'string',
      value: 'NAME',
      about: 'Call this tool once it is deployed, if it says that it only reads.',
    },
    ...COMMON,
  },
  examples: [
    { line: 'hawser deploy --dry-run', about: 'What would be deployed?' },
    { line: 'hawser deploy --call search', about: 'Deploy, and see that a tool answers' },
    { line: 'hawser deploy --split --dry-run', about: 'Which Worker of a suite would reach what?' },
  ],
  run: async ({ values, words: [word] }) => {
    if (word !== undefined) throw usageFailure(`Unexpected "${word}".`, 'wrangler.jsonc names the main file.')
    const config = findConfig(process.cwd())
    if (config === undefined) {
      throw usageFailure(
        'There is no wrangler.jsonc here, nor in a folder above.',
        'To begin with a Worker: npm create hawser',
      )
    }
    const url = readUrl(values.url)
    const output = createOutput(values)
    const project = openProject(config)
    const { env, split } = values
    const isDry = values['dry-run'] === true
    if (split === true) {
      if (values.path !== undefined || values.call !== undefined || url !== undefined)
        throw usageFailure(
          '--split knows the addresses of the servers, and calls no tool.',
          'Leave --path, --url and --call out.',
        )
      const { deploySplit } = await import('../deploy/split/deploy-split.ts')
      return deploySplit(project, {
        env,
        isDry,
        output,
        prove: (deployed) => show(new URL(deployed), undefined, output),
      })
    }
    const { bundle, checks, plan, comparison, isBad } = await examineProject(project, env)
    const { bindings, size, gzip } = bundle
    const deployment = { name: plan.name, checks, bindings, size, gzip, comparison }
    if (!output.json) output.print(showDeployment(deployment, output))
    else if (isDry || isBad) output.printJson(deployment)
    if (isBad) {
      throw new Failure(
        EXIT.definition,
        `${isDry ? 'It could not be' : 'Nothing was'} deployed: what is marked ✖ has to be put right first.`,
      )
    }
    if (isDry) {
      output.note('Nothing was deployed. To do so: hawser deploy')
      return EXIT.ok
    }
    const { upload } = await import('../deploy/upload.ts')
    const { addresses, version } = await upload(project, env)
    await keepPlan(project, env, { ...plan, version })
    return prove(url?.origin ?? addresses[0], values.path ?? pathOf(url), values.call, output)
  },
})

/** Seconds until a name that is new leads to the Worker. */
const TRIES = 15

async function prove(
  address: string | undefined,
  path: string | undefined,
  call: string | undefined,
  output: Output,
): Promise<ExitCode> {
  if (address === undefined) {
    output.note('Deployed, at no address that could be looked at. When you know one: hawser doctor URL')
    return EXIT.ok
  }
  const paths = path === undefined ? undefined : [path]
  let found = await findEndpoint(address, paths)
  for (let tries = 1; found === undefined && tries < TRIES; tries++) {
    await pause(1000)
    found = await findEndpoint(address, paths)
  }
  return show(new URL(found?.url ?? new URL(path ?? '/mcp', address)), call, output)
}

/** Looks at a deployed server as `hawser doctor` does. */
async function show(url: URL, call: string | undefined, output: Output): Promise<ExitCode> {
  const diagnosis = await examine(url, { listenMs: 3000, call })
  if (output.json) output.printJson(diagnosis)
  else output.print(`\n${showDiagnosis(diagnosis, output)}`)
  if (!diagnosis.isReachable) return EXIT.unreachable
  return diagnosis.counts.bad > 0 ? EXIT.refused : EXIT.ok
}

function readUrl(text: string | undefined): URL | undefined {
  const url = text === undefined ? undefined : URL.parse(text)
  if (url === undefined || (url !== null && /^https?:$/.test(url.protocol))) return url
  throw usageFailure(`--url takes an http or https URL; it got "${text}".`)
}

/** Who says only a host leaves the path to be found. */
const pathOf = (url: URL | undefined): string | undefined => (url?.pathname === '/' ? undefined : url?.pathname)
