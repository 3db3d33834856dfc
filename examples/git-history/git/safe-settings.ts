import path from 'node:path'
import { absoluteEntries } from './find-git.ts'

/** The home folder stays visible so that the owner's `safe.directory` counts; nothing named GIT_* is inherited. */
const inherited = ['HOME', 'USERPROFILE', 'XDG_CONFIG_HOME', 'SYSTEMROOT', 'TMPDIR', 'TEMP', 'TMP'] as const

/** The environment of every git process: no prompt, no network, no pager, no system settings, UTF-8, English. */
export function safeEnvironment(from: NodeJS.ProcessEnv): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: absoluteEntries(from.PATH ?? '').join(path.delimiter),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // A sha always shows the object it is the hash of.
    GIT_NO_REPLACE_OBJECTS: '1',
    // A partial clone would otherwise fetch what it lacks, over a transport its own config chooses.
    GIT_NO_LAZY_FETCH: '1',
    // Outranks `protocol.*.allow` in the repository's config; no transport has this name.
    GIT_ALLOW_PROTOCOL: 'none',
  }
  for (const name of inherited) {
    const value = from[name]
    if (value !== undefined) environment[name] = value
  }
  return environment
}

/** Settings a repository could use to run a program or to change what we parse, each put back to a plain value. */
const settings = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.attributesFile=/dev/null',
  'core.pager=cat',
  'core.sshCommand=false',
  'core.askPass=false',
  'core.quotePath=false',
  'core.abbrev=auto',
  // Larger blobs count as binary, which bounds the memory a diff takes.
  'core.bigFileThreshold=8m',
  'credential.helper=',
  'gpg.program=false',
  'protocol.allow=never',
  'submodule.recurse=false',
  'diff.external=',
  'diff.orderFile=/dev/null',
  'diff.submodule=short',
  'log.showSignature=false',
  'log.showRoot=true',
  'log.follow=false',
  'mailmap.file=',
  'mailmap.blob=HEAD:.mailmap',
  'color.ui=false',
] as const

/**
 * Options before the command name. The git folder stands in as the work tree, so that no checked-out file (attributes,
 * mailmap, symlinks) is ever read: every answer comes from git objects.
 */
export function safeGlobalOptions(gitDir: string): readonly string[] {
  return [
    '--no-pager',
    '--literal-pathspecs',
    `--git-dir=${gitDir}`,
    `--work-tree=${gitDir}`,
    ...settings.flatMap((setting) => ['-c', setting]),
  ]
}

/** For every command that compares: no external programs, renames found, and `diff.*` settings without effect. */
export const safeDiffOptions = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--submodule=short',
  '--ignore-submodules=none',
  '--find-renames',
  '-l1000',
] as const
