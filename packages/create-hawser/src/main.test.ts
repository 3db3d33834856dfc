import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const work = mkdtempSync(join(tmpdir(), 'create-hawser-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Without a terminal, as in a script. */
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const main = join(import.meta.dirname, 'main.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

describe('create-hawser', () => {
  it('makes a project, and says what to type next', () => {
    const { status, stdout, stderr } = run(['harbour', '--template', 'worker', '--no-install'])
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/cd harbour && npm install.*\n +npm test.*\n +npm run dev .*8787\/mcp\n +npm run deploy/)
    expect(existsSync(join(work, 'harbour/src/index.ts'))).toBe(true)
  })

  it('hears of the template from npm, which keeps options that do not stand behind --', () => {
    const { status } = run(['kept', '--no-install'], { npm_config_template: 'node' })
    expect(status).toBe(0)
    expect(existsSync(join(work, 'kept/src/notes.ts'))).toBe(true)
  })

  it.each([
    ['no name', [], /Say a name for the project: npm create hawser@latest NAME/],
    ['no template', ['quay'], /Say a template: npm create hawser@latest quay -- --template TEMPLATE\n\n +worker /],
    ['another template', ['quay', '--template', 'toString'], /There is no template "toString".*\n\n +worker /],
    ['two names', ['quay', 'mole'], /Unexpected "mole"/],
    ['an option that is not there', ['quay', '--force'], /Unknown option '--force'/],
  ])('says what is there for %s', (_, args, message) => {
    const { status, stdout, stderr } = run(args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(existsSync(join(work, 'quay'))).toBe(false)
  })

  it('ends with 1 for what is right, but cannot be', () => {
    const args = ['filled', '--template', 'worker', '--no-install']
    expect(run(args).status).toBe(0)
    expect(run(args)).toMatchObject({ status: 1, stderr: expect.stringContaining('is not empty') })
  })

  it('tells its version and how it is used', () => {
    expect(run(['--version']).stdout.trim()).toBe(manifest.version)
    expect(run(['--help']).stdout).toContain('worker-sign-in')
  })
})
