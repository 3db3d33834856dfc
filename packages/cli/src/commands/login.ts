import { createInterface } from 'node:readline'
import type { SignInOptions } from 'hawser/node/sign-in'
import { COMMON, PRINTING } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import { createOutput, type Output } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'
import { showAccount } from '../output/show-account.ts'
import { createSignIn, keepLogin, type Login, SECRET } from '../target/signed-in.ts'
import { takeUrl } from '../target/take-url.ts'
import { defineCommand } from './command.ts'

export const login = defineCommand({
  name: 'login',
  summary: 'Sign in at a server, for the commands that come after.',
  usage: ['TARGET'],
  about: [
    'Opens the page of whoever issues tokens for the server, and keeps what it gives in sealed files of your own. The other commands use and refresh it.',
    'On a machine without a browser, open the page elsewhere with --no-browser, or type a code in with --device.',
    `A client that was registered by hand is named by --client-id. Its secret is taken from ${SECRET} in the environment.`,
  ],
  takesTarget: true,
  options: {
    ...PRINTING,
    scope: {
      type: 'string',
      multiple: true,
      value: 'SCOPE',
      about: 'Ask for a permission besides what the server asks for; can be repeated.',
    },
    browser: {
      type: 'boolean',
      label: '--no-browser',
      about: 'Open the page in a browser elsewhere, and paste the address at which it ends.',
    },
    device: { type: 'boolean', about: 'Sign in on another device by a code, where the issuer offers that.' },
    'client-id': { type: 'string', value: 'ID', about: 'The name under which this client is registered.' },
    issuer: { type: 'string', value: 'URL', about: 'Who registered it; needed with a secret.' },
    dpop: { type: 'boolean', about: 'Bind the tokens to a key, where the issuer can.' },
    'guess-issuer': {
      type: 'boolean',
      about: 'Sign in at the server itself when it does not say who issues its tokens, as older ones do not.',
    },
    'private-network': { type: 'boolean', about: 'Let the server send you to an issuer in a private network.' },
    ...COMMON,
  },
  examples: [
    { line: 'hawser login https://example.com/mcp', about: 'Sign in with the browser' },
    { line: 'hawser login https://example.com/mcp --scope notes:write', about: 'Ask for one more permission' },
    { line: 'hawser login https://example.com/mcp --no-browser', about: 'From a machine without a browser' },
  ],
  run: async ({ values, words, program }) => {
    const url = takeUrl('login', { words, program })
    const output = createOutput(values)
    if (values.browser === false && values.device === true)
      throw usageFailure('Either --no-browser or --device, not both.')
    const choices: Login = {
      ...(values.dpop === true && { dpop: true }),
      ...(values['guess-issuer'] === true && { guessIssuer: true }),
      ...(values['private-network'] === true && { privateNetwork: true }),
    }
    const client = await findClient(url, values['client-id'], values.issuer, choices)
    const kept: Login = { ...choices, ...(client && { client }) }
    const auth = await createSignIn(kept, await chooseAsk(values, output), values.scope)
    const account = await auth.signIn(url)
    await keepLogin(url, kept)
    if (output.json) output.printJson(account)
    else output.print(showAccount(account, output))
    return EXIT.ok
  },
})

async function findClient(
  url: string,
  id: string | undefined,
  issuer: string | undefined,
  choices: Login,
): Promise<Login['client']> {
  if (id === undefined && issuer === undefined) return undefined
  if (id === undefined) throw usageFailure('--issuer is for a client that is registered there: add --client-id ID.')
  if (issuer !== undefined) return { id, issuer }
  // A server could name whom it likes, and have the secret sent there.
  if (process.env[SECRET]) throw usageFailure(`With a secret in ${SECRET}, --issuer says to whom it may be shown.`)
  const { discoverIssuer } = await import('hawser/node/sign-in')
  return { id, issuer: (await discoverIssuer(url, choices)).issuer }
}

async function chooseAsk(
  { browser, device }: { readonly browser: boolean | undefined; readonly device: boolean | undefined },
  output: Output,
): Promise<SignInOptions['ask']> {
  const { browser: askBrowser, pasteAddress } = await import('hawser/node/sign-in')
  const { bold } = output.notePaint
  const showPage = (page: URL, words: string): void =>
    output.note(`${words}\n  ${clean(page.href).replace(page.host, () => bold(page.host))}`)
  if (device === true) {
    return {
      showCode: ({ userCode, page }) => showPage(page, `Type in ${bold(clean(userCode))} at`),
    }
  }
  if (browser === false) {
    return pasteAddress({
      show: (page) =>
        showPage(
          page,
          'Open this page in a browser, and sign in. It ends at an address that does not load: paste that here.',
        ),
      read: readLine(),
    })
  }
  return askBrowser({
    onPage: (page, opened) =>
      showPage(
        page,
        opened
          ? 'Sign in with the browser. The page is'
          : 'No browser could be started. Open this page with one of this machine:',
      ),
  })
}

/** Asks for one line after the other. Standard input may hold several, or end. */
function readLine(): () => Promise<string> {
  let lines: AsyncIterator<string> | undefined
  return async () => {
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]()
    process.stderr.write('Address: ')
    const { value, done } = await lines.next()
    if (done === true) throw new Failure(EXIT.usage, 'Standard input ended before there was an address.')
    return value
  }
}
