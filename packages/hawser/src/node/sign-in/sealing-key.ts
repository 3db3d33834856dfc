import { randomBytes } from 'node:crypto'
import { chmod, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Keychain } from './keychain.ts'

const LENGTH = 32

/**
 * The key that credentials are sealed with: that of the keychain, or one in a file that only its owner may read. Made when
 * there is none.
 */
export async function readSealingKey(folder: string, keychain: Keychain | undefined): Promise<Buffer> {
  const file = join(folder, 'key')
  const kept = (await keychain?.get().catch(() => undefined)) ?? (await readKeyFile(file))
  if (kept !== undefined) return decode(kept, file)
  const made = randomBytes(LENGTH).toString('base64url')
  try {
    if (keychain === undefined) throw new Error('There is no keychain.')
    await keychain.set(made)
    // Some keychains take what they do not keep.
    if ((await keychain.get()) === made) return decode(made, file)
  } catch {
    // A file will do.
  }
  return decode(await createKeyFile(file, made), file)
}

function decode(text: string, file: string): Buffer {
  const key = Buffer.from(text, 'base64url')
  if (key.length === LENGTH) return key
  throw new Error(`${file} holds no key. Remove the folder it is in, and sign in again.`)
}

async function readKeyFile(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) return undefined
  if ((found.mode & 0o077) !== 0) await chmod(file, 0o600)
  return (await readFile(file, 'utf8')).trim()
}

/** Another process may be first: then its key is the key. */
async function createKeyFile(file: string, made: string): Promise<string> {
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.writeFile(made)
      await handle.sync()
    } finally {
      await handle.close()
    }
    return made
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return (await readKeyFile(file)) ?? made
  }
}
