import { execFile } from 'node:child_process'
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A release of the official suite, and the revisions that it tests clients of. */
interface Edition {
  readonly name: string
  readonly script: string
  readonly versions: readonly string[]
  /** The revision at which scenarios of extensions run, and how that is insisted on. */
  readonly extensions: { readonly version: string; readonly options: readonly string[] }
}

const EDITIONS: readonly Edition[] = [
  {
    name: '0.2.0-alpha.12',
    script: 'node_modules/@modelcontextprotocol/conformance/dist/index.js',
    versions: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
    extensions: { version: '2026-07-28', options: ['--force'] },
  },
  {
    name: '0.1.16',
    script: 'node_modules/conformance-0.1/dist/index.js',
    versions: ['2025-03-26', '2025-06-18', '2025-11-25', 'draft'],
    extensions: { version: '2025-11-25', options: [] },
  },
]

/** One scenario at one revision. */
interface Run {
  readonly scenario: string
  readonly version: string
  readonly options: readonly string[]
}

interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

/** `run-client.ts auth/` runs only the scenarios whose names begin so. */
const [, , only = ''] = process.argv

const CLIENT = `${process.execPath} --no-warnings --conditions=hawser-source conformance/everything-client.ts`

/** What the mock server itself leaves out at this revision: there is no handshake to look at. */
const SKIPPED_BY_SUITE: ReadonlySet<string> = new Set(['http-standard-headers'])

async function list(script: string, options: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const { stdout } = await execute(process.execPath, ['--no-warnings', script, 'list', '--client', ...options])
  return [...stdout.matchAll(/^\s+- (\S+)(?: \[(.*)\])?/gm)].map(([, name = '', tags = '']) => [name, tags])
}

async function listRuns({ script, versions, extensions }: Edition): Promise<readonly Run[]> {
  const perVersion = versions.map(async (version) =>
    (await list(script, ['--spec-version', version])).map(([scenario]) => ({ scenario, version, options: [] })),
  )
  const extra = (await list(script, [])).filter(([, tags]) => tags === 'extension')
  const runs = [...(await Promise.all(perVersion)).flat(), ...extra.map(([scenario]) => ({ scenario, ...extensions }))]
  return runs.filter(({ scenario }) => scenario.startsWith(only))
}

/** No failure, no warning, nothing empty, and a client that ends well unless the scenario lets it fail. */
async function judge(
  script: string,
  { scenario, version, options }: Run,
): Promise<readonly [number, readonly string[]]> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    const args = ['--command', CLIENT, '--scenario', scenario, '--spec-version', version, '-o', folder, ...options]
    const run = execute(process.execPath, ['--no-warnings', script, 'client', ...args], { maxBuffer: 64 * 1024 * 1024 })
    const ended = await run.then(
      () => undefined,
      (error: unknown) => error as { readonly code: number; readonly stdout: string; readonly stderr: string },
    )
    const checks: Check[] = []
    for await (const file of glob('**/checks.json', { cwd: folder })) {
      checks.push(...(JSON.parse(await readFile(join(folder, file), 'utf8')) as Check[]))
    }
    const bad = checks.filter(
      ({ status }) =>
        status === 'FAILURE' || status === 'WARNING' || (status === 'SKIPPED' && !SKIPPED_BY_SUITE.has(scenario)),
    )
    const passed = checks.filter(({ id, status }) => status === 'SUCCESS' && !id.startsWith('wire-schema')).length
    return [
      passed,
      [
        ...bad.map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? 'no message'}`),
        ...(passed === 0 ? ['EMPTY: the scenario checked nothing'] : []),
        ...(ended === undefined ? [] : [`EXIT ${ended.code}: ${`${ended.stdout}\n${ended.stderr}`.slice(-1500)}`]),
      ],
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs every scenario for clients of every release and revision; one line each, a total last. */
let passed = 0
let failed = 0
for (const edition of EDITIONS) {
  // One at a time: some scenarios measure how long the client waits.
  for (const run of await listRuns(edition)) {
    const [checks, problems] = await judge(edition.script, run)
    if (problems.length === 0) passed++
    else failed++
    const verdict = problems.length === 0 ? 'ok  ' : 'FAIL'
    console.log(`${verdict} client ${edition.name} ${run.version} ${run.scenario} (${checks} checks)`)
    for (const problem of problems) console.log(`       ${problem}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
