import { startGateway } from './gateway.ts'
import { type Host, startNode, startObject, startWorkerd } from './hosts.ts'
import { runExtensions } from './extensions.ts'
import { EDITIONS, listScenarios, type Outcome, runSuite } from './suite.ts'

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
      // Before that revision, servers ask and tell in sessions.
      if (!host.holdsSessions && version !== '2026-07-28') continue
      const scenarios = await listScenarios(edition, version)
      const where = `${host.name.padEnd(8)} ${version} ${edition.name.padEnd(15)}`
      report(where, await runSuite(host.url, edition, version, scenarios))
    }
  }
}

for (const start of [startNode, startGateway, startWorkerd, startObject]) {
  await using host = await start()
  await runAll(host)
}
report(`${'node'.padEnd(8)} extensions`, await runExtensions())
console.log(`${passed} passed, ${failed} failed`)
// A suite that lists nothing has shown nothing.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
