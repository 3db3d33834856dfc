import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { CredentialStore } from '../../auth/client/index.ts'
import { withFileLock } from './file-lock.ts'
import { type Keychain, loadKeychain } from './keychain.ts'
import { readSealingKey } from './sealing-key.ts'

/** Where credentials are kept, and what seals them. */
export interface FileCredentialsOptions {
  /** Where the files are; made when it is missing. By default a folder of the user's own for the data of programs, or in `HAWSER_HOME`. */
  readonly folder?: string | undefined
  /** Holds the key of the files; that of the operating system when left out, if `@napi-rs/keyring` is installed and there is no `HAWSER_HOME`. */
  readonly keychain?: Keychain | false | undefined
}

const CIPHER = 'aes-256-gcm'
const IV_LENGTH = 12
const TAG_LENGTH = 16

/**
 * Keeps credentials in sealed files that only their owner may read. Processes of one machine may share the folder: what one has refreshed,
 * the others find. The key is in the keychain of the operating system, or else beside the files.
 *
 * @example signIn({ store: fileCredentials(), … })
 */
export function fileCredentials({ folder = defaultFolder(), keychain }: FileCredentialsOptions = {}): CredentialStore {
  let opening: Promise<Buffer> | undefined
  const openKey = async (): Promise<Buffer> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // One process at a time makes the key.
    return withFileLock(join(folder, 'key.lock'), async () =>
      readSealingKey(folder, keychain === false ? undefined : (keychain ?? (await findKeychain()))),
    )
  }
  const sealingKey = (): Promise<Buffer> => {
    opening ??= openKey().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  const fileOf = (key: string, suffix: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.${suffix}`)

  return {
    get: async (key) => {
      const sealed = await readFile(fileOf(key, 'sealed')).catch((error: unknown) => {
        if (isMissing(error)) return undefined
        throw error
      })
      // A file that cannot be opened any more is as good as none.
      return sealed === undefined ? undefined : unseal(await sealingKey(), key, sealed)
    },
    set: async (key, value) => writeSafely(fileOf(key, 'sealed'), seal(await sealingKey(), key, value)),
    delete: async (key) => rm(fileOf(key, 'sealed'), { force: true }),
    lock: async (key, work) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return withFileLock(fileOf(key, 'lock'), work)
    },
  }
}

/** A home of its own can be carried elsewhere, and has all that it needs in it. */
const findKeychain = async (): Promise<Keychain | undefined> =>
  process.env['HAWSER_HOME'] ? undefined : loadKeychain()

function defaultFolder(): string {
  const { HAWSER_HOME, XDG_DATA_HOME, LOCALAPPDATA } = process.env
  if (HAWSER_HOME) return join(HAWSER_HOME, 'credentials')
  const data =
    process.platform === 'win32'
      ? LOCALAPPDATA || join(homedir(), 'AppData', 'Local')
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Application Support')
        : XDG_DATA_HOME || join(homedir(), '.local', 'share')
  return join(data, 'hawser', 'credentials')
}

/** What a file is for is part of what is sealed, so that none can be put in the place of another. */
function seal(sealingKey: Buffer, key: string, value: string): Buffer {
  const iv = randomBytes(IV_LENGTH)
  const cipher = createCipheriv(CIPHER, sealingKey, iv).setAAD(Buffer.from(key))
  const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return Buffer.concat([iv, body, cipher.getAuthTag()])
}

function unseal(sealingKey: Buffer, key: string, sealed: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv(CIPHER, sealingKey, sealed.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH })
    decipher.setAAD(Buffer.from(key)).setAuthTag(sealed.subarray(-TAG_LENGTH))
    return decipher.update(sealed.subarray(IV_LENGTH, -TAG_LENGTH), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined
  }
}

/** On the disk when it resolves, whole or not at all. */
async function writeSafely(file: string, bytes: Buffer): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
