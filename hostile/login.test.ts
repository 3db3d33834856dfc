import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, startCli } from '../packages/cli/src/fixtures/run-cli.ts'
import type { Scene } from './attackers/attack.ts'
import type { Visit } from './attackers/sign-in.ts'
import { CANARY, expectNothingLeaked } from './expect-unharmed.ts'
import { type Program, startProgram } from './start-process.ts'

let good: Program<Scene>
beforeAll(async () => {
  good = await startProgram('attackers/sign-in.ts')
})
afterAll(() => good[Symbol.asyncDispose]())

/** What a terminal would act on, or what would hide in it. */
const ACTIVE = /[^\P{Cc}\t\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}\u{200b}\u{e0000}-\u{e007f}]/u
/** Most characters that a person is shown. */
const MOST_SHOWN = 20_000
/** Longest that a command may take before who does not answer, on a busy machine. (milliseconds) */
const PATIENCE_MS = 40_000

interface Command extends Ended {
  readonly output: string
}

const finish = async (ended: Promise<Ended>): Promise<Command> => {
  const end = await ended
  const output = end.stdout + end.stderr
  expect(output).not.toMatch(ACTIVE)
  expect(output).not.toMatch(CANARY)
  expect(output.length).toBeLessThan(MOST_SHOWN)
  return { ...end, output }
}

/** Somebody at this machine, with a home of their own. */
function settle(home: string) {
  const start = (...args: readonly string[]) =>
    startCli(args, { env: { HAWSER_HOME: home, NODE_OPTIONS: '--max-old-space-size=192' } })

  const hawser = async (...args: readonly string[]): Promise<Command> => {
    const { child, ended } = start(...args)
    child.stdin?.end()
    return finish(ended)
  }

  /** Signs in as a person does who opens every page that they are shown, and pastes where it leads. */
  const login = async (url: string, ...args: readonly string[]): Promise<Login> => {
    const { sees, child, ended } = start('login', url, '--no-browser', ...args)
    const shown = sees(/https?:\/\/\S+response_type\S+/).then(async ([page]) => {
      const { headers } = await fetch(page, { redirect: 'manual' })
      child.stdin?.end(`${headers.get('location') ?? ''}\n`)
      return page
    })
    const [page, end] = await Promise.all([shown.catch(() => undefined), finish(ended)])
    return { ...end, page }
  }

  /** All that is in the home, as it lies there. */
  const dump = (): string =>
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
      .join('\n')
  return { hawser, login, dump }
}

interface Login extends Command {
  /** Where the person was to go, if anywhere. */
  readonly page: string | undefined
}

type Act = (scene: Scene & Pick<ReturnType<typeof settle>, 'hawser' | 'login'>) => Promise<void>

/** Lets an attacker loose on who is signed in at a good server, and sees afterwards that this one is still of use. */
async function besides(attack: string, act: Act): Promise<readonly Visit[]> {
  const home = mkdtempSync(join(tmpdir(), 'hawser-hostile-'))
  const { hawser, login, dump } = settle(home)
  try {
    expect((await login(good.first.server)).code).toBe(0)
    await using attacker = await startProgram<Scene>('attackers/sign-in.ts', attack)
    const begun = performance.now()
    await act({ ...attacker.first, hawser, login })
    expect(performance.now() - begun).toBeLessThan(PATIENCE_MS)
    expect(dump()).not.toMatch(CANARY)
    expect(await hawser('call', good.first.server, 'search')).toMatchObject({ code: 0, stderr: '' })
    const visits = await attacker.ask<readonly Visit[]>('visits')
    expectNothingLeaked(visits)
    return visits
  } finally {
    rmSync(home, { recursive: true })
  }
}

describe.concurrent('hawser login, when an issuer', () => {
  it.each([
    ['TC1: says nothing of PKCE', 'no methods', 'does not say that it supports PKCE'],
    ['TC5: calls itself like another', 'issuer of another', 'publishes the metadata of another one'],
    ['TC10: redirects a registration inside', 'register to the inside', 'redirects, which issuers must not'],
    ['TC11: has a script for a page', 'endpoint javascript:alert(1)', 'got something that is not one'],
    ['TC12: never ends its metadata', 'metadata endless', 'more than 262144 bytes'],
    ['TC12: compresses its metadata', 'metadata compressed', 'not valid for encoding utf-8'],
    ['TC20: refuses the client with instructions', 'register refused with instructions', '(invalid_client_metadata)'],
    ['resets the connection', 'metadata reset', 'No answer from'],
    ['registers a name of 200 kB', 'client of 200 kB', 'printable characters'],
  ])('%s, shows no page and says why', async (_, attack, reason) => {
    await besides(attack, async ({ server, hawser, login }) => {
      const { code, stdout, stderr, page } = await login(server)
      expect({ stdout, page, isFailed: code === 1 || code === 3 }).toEqual({
        stdout: '',
        page: undefined,
        isFailed: true,
      })
      expect(stderr).toContain(reason)
      expect(await hawser('whoami', server)).toMatchObject({ code: 1, stdout: '' })
    })
  })

  it.each([
    [
      'TC2: answers in the name of another',
      'iss of another',
      'What came back from the browser is not the answer of the issuer',
      0,
    ],
    ['TC3: refuses with instructions', 'refusal with instructions', 'refused to issue a token: server_error', 0],
    ['TC16: gives a token with line breaks', 'token with line breaks', 'that no header can carry', 1],
    ['TC16: gives a token with controls', 'token with controls', 'that no header can carry', 1],
    ['TC10: redirects the code to the link', 'token to the link', 'redirects, which issuers must not', 1],
  ])('%s, signs nobody in', async (_, attack, reason, redemptions) => {
    const visits = await besides(attack, async ({ server, hawser, login }) => {
      const { code, stdout, stderr } = await login(server)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(reason)
      expect(await hawser('whoami', server)).toMatchObject({ code: 1, stdout: '' })
    })
    expect(visits.filter(({ path }) => path === '/token')).toHaveLength(redemptions)
  })

  it('TC21: names an account with escapes, has it shown without them', async () => {
    await besides('account with controls', async ({ server, login }) => {
      const { code, stdout } = await login(server, '--no-json')
      expect(code).toBe(0)
      expect(stdout).toContain('ada@example.com')
    })
  })
})

describe.concurrent('hawser call with stored credentials, when a server', () => {
  it.each([
    ['TC8: names another issuer', 'another issuer after the first token', 'Somebody has to sign in'],
    ['TC14: refuses every token', 'every token refused', 'Somebody has to sign in'],
    ['TC14: asks for more scopes each time', 'more scopes each time', 'Somebody has to sign in'],
    ['TC27: sends the call elsewhere', 'another place for the call', 'redirects to'],
  ])('%s, asks nobody and sends its tokens nowhere else', async (_, attack, reason) => {
    const visits = await besides(attack, async ({ server, hawser, login }) => {
      expect((await login(server)).code).toBe(0)
      await hawser('call', server, 'search')
      const { code, stdout, stderr } = await hawser('call', server, 'search')
      expect(stdout).toBe('')
      expect(code).toBeGreaterThan(0)
      expect(stderr).toContain(reason)
    })
    expect(visits.filter(({ to, path }) => to === 'honest' && !path.startsWith('/.well-known/'))).toEqual([])
  })

  it.each([
    ['TC19: puts the refresh off', 'refresh unwell'],
    ['TC19: refuses the refresh with instructions', 'refresh refused with instructions'],
    ['TC10: redirects the refresh inside', 'refresh redirects inside'],
  ])('%s, goes on with the token that still holds', async (_, attack) => {
    await besides(attack, async ({ server, hawser, login }) => {
      expect((await login(server)).code).toBe(0)
      expect(await hawser('call', server, 'search')).toMatchObject({ code: 0, stderr: '' })
    })
  })
})
