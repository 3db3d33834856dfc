import { startNode, startWorkerd } from './hosts.ts'
import { listScenarios, runSuite } from './suite.ts'

/** Runs the official suite on every host; one line per scenario, a total last. */
const scenarios = await listScenarios()
let passed = 0
let failed = 0
for (const start of [startNode, startWorkerd]) {
  await using host = await start()
  for (const { scenario, passed: checks, problems } of await runSuite(host.url, scenarios)) {
    if (problems.length === 0) passed++
    else failed++
    console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${host.name.padEnd(8)} ${scenario} (${checks} checks)`)
    for (const problem of problems) console.log(`       ${problem}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
// A suite that lists nothing has shown nothing.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
