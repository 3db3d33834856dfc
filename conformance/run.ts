import { type Host, startNode, startWorkerd } from './hosts.ts'
import { EDITIONS, listScenarios, runSuite } from './suite.ts'

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

/** Runs every scenario of every revision that the official suites offer, on one host; one line per scenario. */
async function runAll(host: Host): Promise<void> {
  for (const edition of EDITIONS) {
    for (const version of edition.versions) {
      const offered = await listScenarios(edition, version)
      const isFree = host.holdsSessions || version === '2026-07-28'
      const scenarios = offered.filter((scenario) => isFree || !IN_SESSIONS.has(scenario))
      for (const { scenario, passed: checks, problems } of await runSuite(host.url, edition, version, scenarios)) {
        if (problems.length === 0) passed++
        else failed++
        const where = `${host.name.padEnd(8)} ${version} ${edition.name.padEnd(15)}`
        console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${where} ${scenario} (${checks} checks)`)
        for (const problem of problems) console.log(`       ${problem}`)
      }
    }
  }
}

for (const start of [startNode, startWorkerd]) {
  await using host = await start()
  await runAll(host)
}
console.log(`${passed} passed, ${failed} failed`)
// A suite that lists nothing has shown nothing.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
