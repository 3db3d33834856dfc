import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { startIssuer } from '../../../packages/cli/src/fixtures/issuer.ts'
import { runFile } from './fixtures/run-file.ts'

// Other systems start their browser by programs that a test cannot replace.
it.skipIf(process.platform !== 'linux')(
  'signs in with the browser, steps up, and is signed in the next time',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'hawser-home-'))
    await using issuer = await startIssuer()
    // A browser that goes where it is sent, and has a person in it who agrees.
    const program = join(home, 'xdg-open')
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' -e 'fetch(process.argv[1])' "$1"\n`)
    chmodSync(program, 0o755)
    vi.stubEnv('PATH', `${home}:${process.env['PATH']}`)
    vi.stubEnv('HAWSER_HOME', home)
    try {
      const granted = 'granted: notes:read, notes:write\n'
      expect(await runFile('signed-in.ts', [issuer.url])).toBe(`tools/call save needs notes:write\n${granted}`)
      expect(await runFile('signed-in.ts', [issuer.url])).toBe(granted)
      expect(issuer.forms).toHaveLength(2)
    } finally {
      vi.unstubAllEnvs()
      rmSync(home, { recursive: true })
    }
  },
)
