import { randomUUID } from 'node:crypto'
import { chmod, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'

const BOM = '\uFEFF'

/** A configuration as it was read. */
export interface ConfigFile {
  /** The file itself, where the path leads to by links. */
  readonly path: string
  /** `undefined` when there is no such file. */
  readonly raw: string | undefined
  /** Without the mark that some editors write at the beginning. */
  readonly text: string
}

/** @throws Failure for a file that cannot be read, or is not UTF-8. */
export async function readConfig(file: string): Promise<ConfigFile> {
  const path = await realpath(file).catch(() => file)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new Failure(EXIT.refused, `${path} cannot be read: ${error.message}`)
  })
  const raw = bytes?.toString()
  if (raw !== undefined && !Buffer.from(raw).equals(bytes!)) throw new Failure(EXIT.refused, `${path} is not UTF-8.`)
  return { path, raw, text: raw?.startsWith(BOM) === true ? raw.slice(1) : (raw ?? '') }
}

/** The whole file with another text. */
export const withText = ({ raw }: ConfigFile, text: string): string =>
  raw?.startsWith(BOM) === true ? BOM + text : text

/**
 * Puts a text in the place of a file at once: whoever reads meanwhile sees the old or the new one. What was decided on the old one does not
 * count when that has changed.
 *
 * @returns The topmost folder that had to be made.
 * @throws Failure when the file changed since it was read, or cannot be written.
 */
export async function writeConfig({ path, raw }: ConfigFile, text: string): Promise<string | undefined> {
  const now = await readConfig(path)
  if (now.raw !== raw) {
    throw new Failure(EXIT.refused, `${path} was changed by somebody else in the meantime.`, ['Run the command again.'])
  }
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`)
  try {
    const made = await mkdir(dirname(path), { recursive: true })
    const mode = raw === undefined ? undefined : (await stat(path)).mode
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // Configurations hold secrets of other servers: a new one is for its owner alone.
    if (mode !== undefined) await chmod(temporary, mode & 0o777)
    await rename(temporary, path)
    return made
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new Failure(EXIT.refused, `${path} cannot be written: ${(cause as Error).message}`, [], { cause })
  }
}
