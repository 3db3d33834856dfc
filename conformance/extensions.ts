import { listen } from 'hawser/node'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EDITIONS, execute, judge, type Outcome, QUIET, readChecks } from './suite.ts'
import skillsServer from './skills-server.ts'
import tasksServer from './tasks-server.ts'

const SUITE = [QUIET, EDITIONS[0]!.script]
const VERSION = '2026-07-28'

/** Servers with an extension, by how the names of its scenarios begin. */
const SERVERS = { 'tasks-': tasksServer, 'sep-2640-': skillsServer }

/** The suite lists it and skips it: nobody has written what it would check. */
const UNWRITTEN = 'tasks-status-notifications'

/** Runs the scenarios of extensions that have a server here, each against its own. They are on no revision's list. */
export async function runExtensions(): Promise<readonly Outcome[]> {
  const { stdout } = await execute(process.execPath, [...SUITE, 'list', '--server'])
  const listed = [...stdout.matchAll(/^\s+- (\S+) \[extension\]/gm)].map(([, name]) => name ?? '')
  const outcomes: Outcome[] = []
  for (const [prefix, server] of Object.entries(SERVERS)) {
    await using listener = await listen(server, { host: 'localhost', port: 0 })
    const scenarios = listed.filter((name) => name.startsWith(prefix) && name !== UNWRITTEN)
    if (scenarios.length === 0) throw new Error(`The suite has no scenarios for ${prefix}.`)
    for (const scenario of scenarios) outcomes.push(await runScenario(listener.url, scenario))
  }
  return outcomes
}

async function runScenario(url: string, scenario: string): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    const args = ['server', '--url', url, '--scenario', scenario, '--spec-version', VERSION, '--force', '-o', folder]
    // The exit code follows the suite's lenient rule; the saved checks are what counts.
    await execute(process.execPath, [...SUITE, ...args]).catch(() => {})
    return judge(scenario, await readChecks(folder, await readdir(folder), scenario))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
