import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { allow } from './person.ts'
import { CLIENT_ID } from './oauth-options.ts'
import { freePort, startOnNode, startOnWorkerd } from './oauth-server.ts'
import { EDITIONS, execute, judge, type Outcome, QUIET, readChecks } from './suite.ts'

const [EDITION] = EDITIONS
const VERSIONS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']
const script = EDITION?.script ?? ''

async function listScenarios(version: string): Promise<readonly string[]> {
  const options = [QUIET, script, 'list', '--authorization', '--spec-version', version]
  const { stdout } = await execute(process.execPath, options)
  return [...stdout.matchAll(/^\s+- (\S+)/gm)].map(([, name = '']) => name)
}

/** Runs the scenarios of one revision; whoever the suite asks for a browser is answered by a person who allows all. */
async function runSuite(issuer: string, version: string): Promise<readonly Outcome[]> {
  const scenarios = await listScenarios(version)
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const port = String(await freePort())
  const options = ['--url', issuer, '--client-id', CLIENT_ID, '--port', port, '--spec-version', version, '-o', folder]
  const suite = spawn(process.execPath, [QUIET, script, 'authorization', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(suite, 'exit')
  try {
    for await (const line of createInterface({ input: suite.stdout })) {
      if (line.startsWith(`${issuer}/authorize?`)) await allow(line)
    }
    await ended
    const saved = await readdir(folder)
    return await Promise.all(
      scenarios.map(async (scenario) =>
        judge(scenario, await readChecks(folder, saved, `authorization-server-${scenario}`)),
      ),
    )
  } finally {
    suite.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

let passed = 0
let failed = 0
for (const start of [() => startOnNode('memory', ''), () => startOnNode('sqlite', '/tenants/acme'), startOnWorkerd]) {
  await using server = await start()
  for (const version of VERSIONS) {
    for (const { scenario, passed: checks, problems } of await runSuite(server.issuer, version)) {
      if (problems.length === 0) passed++
      else failed++
      console.log(
        `${problems.length === 0 ? 'ok  ' : 'FAIL'} oauth ${server.name.padEnd(7)} ${version} ${scenario} (${checks} checks)`,
      )
      for (const problem of problems) console.log(`       ${problem}`)
    }
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
