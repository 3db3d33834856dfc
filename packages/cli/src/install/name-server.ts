import { EXIT } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import { divertStdout } from '../target/divert-stdout.ts'
import type { Target } from '../target/target.ts'

/** What all hosts take for a name; Codex takes no more. */
const NAME = /^[A-Za-z0-9][\w-]{0,63}$/

/** Parts of a host name that say nothing of the server. */
const COMMON = new Set(['www', 'mcp', 'api'])

/**
 * The name under which hosts are to know a server: what was asked for, else what the server calls itself, or the name of its website.
 *
 * @throws Failure for a name that hosts do not take, and for programs, which would have to be started to ask them.
 */
export async function nameServer(target: Target, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) {
    if (NAME.test(wanted)) return wanted
    throw usageFailure(`--name takes letters, digits, "-" and "_", 64 at most; it got "${wanted}".`)
  }
  const name = slug(await ownName(target))
  if (NAME.test(name)) return name
  throw new Failure(EXIT.usage, 'The server has no name that hosts take.', ['Give it one: --name NAME'])
}

async function ownName(target: Target): Promise<string> {
  switch (target.kind) {
    case 'url': {
      const labels = new URL(target.url).hostname.split('.')
      return labels.find((label) => !COMMON.has(label)) ?? ''
    }
    case 'file': {
      const { loadServer } = await import('../target/load-server.ts')
      divertStdout()
      return (await loadServer(target.file)).info.name
    }
    case 'program':
      throw usageFailure('A program needs a name.', 'Add --name NAME')
  }
}

/** The letters of a name that hosts take. */
const slug = (name: string): string =>
  name
    .replace(/[^\w-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64)
