import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { parseObject } from '../doctor/messages.ts'
import type { Project } from '../wrangler/project.ts'
import { explainFailure } from './explain-failure.ts'
import { startWrangler } from '../wrangler/start-wrangler.ts'

/** A deployment that is done. */
export interface Uploaded {
  /** Where the Worker is now. */
  readonly addresses: readonly string[]
  /** What Cloudflare calls it. */
  readonly version: string | undefined
}

/**
 * Has wrangler deploy, which may ask the person to sign in at Cloudflare.
 *
 * @throws Failure when it does not, with what to do where that is known.
 */
export async function upload(project: Project, env: string | undefined): Promise<Uploaded> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-deployed-'))
  const file = join(folder, 'output.ndjson')
  try {
    const args = ['deploy', ...(env === undefined ? [] : [`--env=${env}`])]
    const { ended } = startWrangler(project, args, { isInteractive: true, env: { WRANGLER_OUTPUT_FILE_PATH: file } })
    const code = await ended
    const text = await readFile(file, 'utf8').catch(() => '')
    if (code !== 0) {
      const known = explainFailure(text)
      const hints = known.length === 0 ? ['What it said is above.'] : known
      throw new Failure(EXIT.refused, `wrangler ended with ${code}, so nothing was deployed.`, hints)
    }
    return { addresses: readTargets(text), version: readVersion(text) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * The addresses in what wrangler writes for programs, a line of JSON for each event; those of workers.dev last, since clients use the
 * others where there are some.
 *
 * @example readTargets('{"type":"deploy","targets":["notes.example.com/* (zone name: example.com)"]}') // ['https://notes.example.com/']
 */
export function readTargets(text: string): readonly string[] {
  const events = text.split('\n').map(parseObject)
  const addresses = events.flatMap((event) => {
    const targets = event?.['type'] === 'deploy' ? event['targets'] : undefined
    if (!Array.isArray(targets)) return []
    return targets.flatMap((target: unknown) => (typeof target === 'string' ? readAddress(target) : []))
  })
  const isLast = (address: string): number => (new URL(address).hostname.endsWith('.workers.dev') ? 1 : 0)
  return addresses.toSorted((one, other) => isLast(one) - isLast(other))
}

function readVersion(text: string): string | undefined {
  const version = text
    .split('\n')
    .map(parseObject)
    .findLast((event) => event?.['type'] === 'deploy')?.['version_id']
  return typeof version === 'string' ? version : undefined
}

const ROUTE = /^[\w.-]+\.[a-z]{2,}(?:\/[^\s*]*)?\*?$/i

/** An address, or a route without a scheme. Schedules and queues are neither. */
function readAddress(target: string): readonly string[] {
  const [text = ''] = target.split(' ')
  if (/^https?:\/\//.test(text)) return URL.canParse(text) ? [new URL(text).href] : []
  return ROUTE.test(text) ? [new URL(`https://${text.replace(/\*$/, '')}`).href] : []
}
