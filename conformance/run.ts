import { startGateway } from './gateway.ts'
import { type Host, startNode, startWorkerd } from './hosts.ts'
import { runExtensions } from './extensions.ts'
import { EDITIONS, listScenarios, type Outcome, runSuite } from './suite.ts'

/** What a server without sessions cannot do before 2026-07-28: hear what it asked for, and tell later what changed. */
const IN_SESSIONS: ReadonlySet<string> = new Set([
  'server-session-lifecycle',
  'server-sse-polling',
  'server-sse-multiple-streams',
  'tools-call-sampling',
  'tools-call-elicitation',
  'elicitation-sep1034-defaults',
  'elicitation-sep1330-enums',
  'resources-subscribe',
  'resources-unsubscribe',
])

let passed = 0
let failed = 0

const report = (where: string, outcomes: readonly Outcome[]): void => {
  for (const { scenario, passed: checks, problems } of outcomes) {
    if (problems.length === 0) passed++
    else failed++
    console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${where} ${scenario} (${checks} checks)`)
    for (const problem of problems) console.log(`       ${problem}`)
  }
}

/** Runs every scenario of every revision that the official suites offer, on one host; one line per scenario. */
async function runAll(host: Host): Promise<void> {
  for (const edition of EDITIONS) {
    for (const version of edition.versions) {
      const offered = await listScenarios(edition, version)
      const isFree = host.holdsSessions || version === '2026-07-28'
      const scenarios = offered.filter((scenario) => isFree || !IN_SESSIONS.has(scenario))
      const where = `${host.name.padEnd(8)} ${version} ${edition.name.padEnd(15)}`
      report(where, await runSuite(host.url, edition, version, scenarios))
    }
  }
}

for (const start of [startNode, startGateway, startWorkerd]) {
  await using host = await start()
  await runAll(host)
}
report(`${'node'.padEnd(8)} extensions`, await runExtensions())
console.log(`${passed} passed, ${failed} failed`)
// A suite that lists nothing has shown nothing.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
