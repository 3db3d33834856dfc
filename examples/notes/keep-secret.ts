import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import process from 'node:process'

/** Group and others. */
const NOT_THE_OWNER = 0o077
const LEAST_CHARACTERS = 32

/**
 * The secret that `given` holds, or the one in a file, which is made at random when it is not there.
 *
 * @throws Error when it is too short, or when others than its owner may read the file.
 */
export function keepSecret(file: string, given: string | undefined): string {
  if (given !== undefined && given !== '') return check(given, 'NOTES_SECRET')
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  // Windows has no such bits.
  if (process.platform !== 'win32' && (statSync(file).mode & NOT_THE_OWNER) !== 0)
    throw new Error(`Others of this machine may read ${file}. Take that from them: chmod 600 ${file}`)
  return check(readFileSync(file, 'utf8').trim(), file)
}

function check(secret: string, where: string): string {
  if (secret.length >= LEAST_CHARACTERS) return secret
  throw new Error(
    `${where} needs ${LEAST_CHARACTERS} characters or more; it has ${secret.length}. Make some with: openssl rand -base64 32`,
  )
}
