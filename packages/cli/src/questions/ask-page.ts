import { select } from '@clack/prompts'
import { cleanProse } from '../output/sanitize.ts'
import { type Asking, asked } from './ask-form.ts'
import { introduce } from './introduce.ts'
import type { Answer, Context, Page } from './question.ts'

/**
 * Offers a page to visit: its whole URL is shown, with the host apart from the rest, and it is opened only when the
 * person says so. (client/elicitation#safe-url-handling)
 */
export async function askPage(page: Page, context: Context, asking: Asking): Promise<Answer> {
  const { interrupt, output } = asking
  const url = new URL(page.url)
  const { bold, yellow } = output.notePaint
  introduce(context, asking)
  output.note(cleanProse(page.message))
  output.note(`  ${url.href.replace(url.host, () => bold(url.host))}`)
  for (const warning of findWarnings(url)) output.note(yellow(`  ${warning}`))
  const choice = await asked(
    { interrupt, signal: context.signal },
    select({
      message: `Visit ${url.host}?`,
      options: [
        { value: 'decline', label: 'No' },
        { value: 'open', label: 'Open it in the browser' },
        { value: 'accept', label: 'I visit it myself' },
      ],
      showInstructions: false,
      output: process.stderr,
      signal: context.signal,
    }),
  )
  if (choice === 'decline') return { action: 'decline' }
  if (choice === 'open') {
    const { openBrowser } = await import('hawser/node/sign-in')
    if (!(await openBrowser(url))) output.note('No browser could be started: open the URL above yourself.')
  }
  return { action: 'accept' }
}

/** What a person should know of a URL before going there. */
export function findWarnings({ protocol, hostname }: URL): readonly string[] {
  const isPlain = protocol === 'http:'
  const isDisguised = hostname.split('.').some((label) => label.startsWith('xn--'))
  return [
    ...(isPlain ? ['This page is not encrypted.'] : []),
    ...(isDisguised ? ['The name of the host hides other letters than it seems to have.'] : []),
  ]
}
