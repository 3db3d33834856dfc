import { spawn } from 'node:child_process'

/** Programs that open a URL, without a shell that could read it. (CVE-2025-6514) */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [file: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * Opens a web page; false when no program could be started for it.
 *
 * @example await openBrowser(new URL('https://example.com'))
 * @throws TypeError for what is no web page.
 */
export async function openBrowser({ href, protocol }: URL, start: typeof spawn = spawn): Promise<boolean> {
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new TypeError(`Expected a web page, got one with ${protocol}`)
  const [file, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = start(file, [...args, href], { stdio: 'ignore', detached: true, shell: false })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
