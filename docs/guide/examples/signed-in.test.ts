import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'
import { serveNotes } from '../../../examples/notes/serve.ts'
import { runFile } from './fixtures/run-file.ts'

const person = fileURLToPath(new URL('fixtures/person-at-browser.ts', import.meta.url))

// Other systems start their browser by programs that a test cannot replace.
it.skipIf(process.platform !== 'linux')(
  'signs in with the browser, steps up, and is signed in the next time',
  { timeout: 30_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'hawser-home-'))
    const files = { notes: join(home, 'n.db'), grants: join(home, 'g.db'), audit: join(home, 'a.jsonl') }
    const server = await serveNotes({ port: 0, ...files, secret: 'a secret of forty characters, for tests.' })
    const program = join(home, 'xdg-open')
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' --conditions=hawser-source '${person}' "$1"\n`)
    chmodSync(program, 0o755)
    vi.stubEnv('PATH', `${home}:${process.env['PATH']}`)
    vi.stubEnv('HAWSER_HOME', home)
    try {
      const granted = 'granted: notes:read, notes:write\n'
      expect(await runFile('signed-in.ts', [server.url])).toBe(`tools/call save_note needs notes:write\n${granted}`)
      expect(await runFile('signed-in.ts', [server.url])).toBe(granted)
    } finally {
      vi.unstubAllEnvs()
      await server.close()
      rmSync(home, { recursive: true })
    }
  },
)
