import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const execute = promisify(execFile)
/** A release of the official suite, and the revisions that it tests. */
export interface Edition {
  readonly name: string
  readonly script: string
  readonly versions: readonly string[]
}

export const EDITIONS: readonly Edition[] = [
  {
    name: '0.2.0-alpha.12',
    script: 'node_modules/@modelcontextprotocol/conformance/dist/index.js',
    versions: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
  },
  // Its client speaks its newest revision, whichever is asked for.
  { name: '0.1.16', script: 'node_modules/conformance-0.1/dist/index.js', versions: ['2025-11-25'] },
]

interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

export interface Outcome {
  readonly scenario: string
  readonly passed: number
  /** Empty when the scenario holds by the strict reading. */
  readonly problems: readonly string[]
}

/** The scenarios of a revision, as the suite itself lists them. */
export async function listScenarios({ script }: Edition, version: string): Promise<readonly string[]> {
  const { stdout } = await execute(process.execPath, [QUIET, script, 'list', '--server', '--spec-version', version])
  return [...stdout.matchAll(/^\s+- (\S+)/gm)].map(([, name]) => name ?? '')
}

export const QUIET = '--no-warnings'

/** Runs scenarios of one revision against one server. */
export async function runSuite(
  url: string,
  { script }: Edition,
  version: string,
  scenarios: readonly string[],
): Promise<readonly Outcome[]> {
  if (scenarios.length === 0) return []
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    // The exit code follows the suite's lenient rule; the saved checks are what counts.
    const output = await execute(
      process.execPath,
      [QUIET, script, 'server', '--url', url, '--suite', 'all', '--spec-version', version, '-o', folder],
      { maxBuffer: 64 * 1024 * 1024 },
    ).catch((error: unknown) => error)
    const saved = await readdir(folder)
    if (saved.length === 0) throw new Error('The suite saved no checks.', { cause: output })
    return await Promise.all(
      scenarios.map(async (scenario) => judge(scenario, await readChecks(folder, saved, scenario))),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function readChecks(
  folder: string,
  saved: readonly string[],
  scenario: string,
): Promise<readonly Check[]> {
  const name = saved.find((entry) => entry.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, '') === scenario)
  return name === undefined ? [] : (JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')) as Check[])
}

/** No failure, no warning, nothing skipped, nothing empty; checks of the suite's own messages count for nothing. */
export function judge(scenario: string, checks: readonly Check[]): Outcome {
  const problems = checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING' || status === 'SKIPPED')
    .map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? 'no message'}`)
  const passed = checks.filter(({ id, status }) => status === 'SUCCESS' && !id.startsWith('wire-schema')).length
  return { scenario, passed, problems: passed === 0 ? [...problems, 'EMPTY: the scenario checked nothing'] : problems }
}
