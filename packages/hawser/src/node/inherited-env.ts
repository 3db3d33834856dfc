type Variables = Readonly<Record<string, string | undefined>>

/** What a program needs to find its way, and no secrets. */
const POSIX = 'HOME LANG LC_ALL LC_CTYPE LOGNAME PATH SHELL TERM TMPDIR TZ USER'.split(' ')
const WINDOWS =
  'APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PATHEXT PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) SYSTEMDRIVE SYSTEMROOT TEMP TMP USERNAME USERPROFILE WINDIR'.split(
    ' ',
  )

/**
 * The environment of a child process: a short list of variables of this process, and those of `extra`, where
 * `undefined` takes one away. Tokens and keys of the parent stay with the parent.
 *
 * @example inheritedEnv(process.env, { NOTES_TOKEN: token }, 'linux') // { PATH: '…', HOME: '…', NOTES_TOKEN: '…' }
 */
export function inheritedEnv(parent: Variables, extra: Variables, platform: string): Record<string, string> {
  const names = new Set(platform === 'win32' ? WINDOWS : POSIX)
  // Windows finds a variable in any case, so that `Path` and `PATH` are one.
  const keyOf = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name)
  const kept = new Map<string, readonly [name: string, value: string]>()
  for (const [name, value] of Object.entries(parent)) {
    // Old shells export functions as values that begin with (), and run them.
    if (value !== undefined && names.has(keyOf(name)) && !value.startsWith('()')) kept.set(keyOf(name), [name, value])
  }
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) kept.delete(keyOf(name))
    else kept.set(keyOf(name), [name, value])
  }
  return Object.fromEntries(kept.values())
}
