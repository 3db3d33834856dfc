import { startNode, startWorkerd } from './hosts.ts'
import { runExtensions } from './extensions.ts'
import { listScenarios, type Outcome, runSuite } from './suite.ts'

/** Runs the official suite on every host; one line per scenario, a total last. */
const scenarios = await listScenarios()
let passed = 0
let failed = 0

const report = (host: string, outcomes: readonly Outcome[]): void => {
  for (const { scenario, passed: checks, problems } of outcomes) {
    if (problems.length === 0) passed++
    else failed++
    console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${host.padEnd(8)} ${scenario} (${checks} checks)`)
    for (const problem of problems) console.log(`       ${problem}`)
  }
}

for (const start of [startNode, startWorkerd]) {
  await using host = await start()
  report(host.name, await runSuite(host.url, scenarios))
}
report('node', await runExtensions())
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
