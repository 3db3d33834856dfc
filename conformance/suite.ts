import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const execute = promisify(execFile)
export const SUITE = ['--no-warnings', 'node_modules/.bin/conformance']
export const VERSION = '2026-07-28'

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

/** The scenarios of the revision, as the suite itself lists them. */
export async function listScenarios(): Promise<readonly string[]> {
  const { stdout } = await execute(process.execPath, [...SUITE, 'list', '--server', '--spec-version', VERSION])
  return [...stdout.matchAll(/^\s+- (\S+)/gm)].map(([, name]) => name ?? '')
}

/** Runs every scenario against one server. */
export async function runSuite(url: string, scenarios: readonly string[]): Promise<readonly Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    // The exit code follows the suite's lenient rule; the saved checks are what counts.
    const output = await execute(
      process.execPath,
      [...SUITE, 'server', '--url', url, '--suite', 'all', '--spec-version', VERSION, '-o', folder],
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
