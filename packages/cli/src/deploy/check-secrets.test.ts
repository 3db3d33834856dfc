import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { WorkerConfig } from '../wrangler/project.ts'
import { checkSecrets } from './check-secrets.ts'

const root = mkdtempSync(join(tmpdir(), 'hawser-secrets-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0

/** What is said of a project with this code. */
async function judge(
  code: string,
  { local, config = {} }: { readonly local?: string; readonly config?: Partial<WorkerConfig> } = {},
): Promise<readonly string[]> {
  const folder = join(root, String(++count))
  mkdirSync(join(folder, 'node_modules/other'), { recursive: true })
  const files = [join(folder, 'index.ts'), join(folder, 'node_modules/other/index.js')]
  writeFileSync(files[0]!, code)
  writeFileSync(files[1]!, 'env.OF_SOMEBODY_ELSE')
  if (local !== undefined) writeFileSync(join(folder, '.dev.vars'), local)
  const whole = { compatibility_flags: [], vars: {}, durable_objects: { bindings: [] }, migrations: [], ...config }
  const bundle = { size: 0, gzip: 0, exports: [], inputs: files, bindings: [{ name: 'DB', kind: 'D1 Database' }] }
  const findings = await checkSecrets(folder, whole, bundle, undefined)
  return findings.map(({ verdict, found }) => `${verdict} ${found}`)
}

describe('secrets', () => {
  it('are what the code takes of env that is neither bound nor a variable', async () => {
    const code = 'env.A_KEY; env["B_KEY"]; const { C_KEY: c, DB } = env; env.DB; env.MODE; env.lower; process.env.D_KEY'
    expect(await judge(code, { local: 'A_KEY=1\nB_KEY=2\nC_KEY=3\nD_KEY=4', config: { vars: { MODE: 'x' } } })).toEqual(
      [expect.stringMatching(/^good A_KEY, B_KEY, C_KEY, D_KEY\. Once, if not done: npx wrangler secret put A_KEY · /)],
    )
  })

  it('that this machine does not have are named', async () => {
    expect(await judge('env.A_KEY; env.B_KEY', { local: 'A_KEY=1' })).toContain('note not in .dev.vars: B_KEY')
    expect(await judge('env.A_KEY')).toContain('note not in .dev.vars: A_KEY')
  })

  it('may be listed where the code does not name them', async () => {
    const config = { secrets: { required: ['HIDDEN'] } }
    expect(await judge('', { local: 'HIDDEN=1', config })).toEqual([expect.stringMatching(/^good HIDDEN\./)])
    expect(await judge('')).toEqual(['skipped none is named in the code'])
  })
})
