import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { StructuredPatch } from 'diff'
import type { Entry } from './host.ts'

/** What an installation changed, so that it can be taken back. */
export interface Receipt {
  readonly version: 1
  readonly at: string
  /** What was written. */
  readonly entry: Entry
  /** What stood there before. */
  readonly previous: unknown
  readonly hadTable: boolean
  /** Digest of the file as it was left. */
  readonly after: string
  /** From the text before to the text after. */
  readonly patch: StructuredPatch
  /** The file as it was; `undefined` when there was none. */
  readonly backup: string | undefined
  /** The topmost folder that was made for the file. */
  readonly madeFolder: string | undefined
}

/** Most installations of one entry that can be taken back, one after the other. */
const MOST = 10

/** Keeps receipts and backups in a folder of the person's own: beside a configuration, they would get into version control. */
export class Receipts {
  readonly #folder: string
  readonly #id: string

  /** Of one entry in one file. */
  constructor(file: string, name: string, folder = defaultFolder()) {
    this.#folder = folder
    this.#id = digest(`${file}\0${name}`).slice(0, 24)
  }

  /** The latest comes last. */
  async all(): Promise<readonly Receipt[]> {
    const text = await readFile(this.#file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]'
      throw error
    })
    // Written by this class, in a folder that is nobody else's.
    return JSON.parse(text) as readonly Receipt[]
  }

  /** Puts a copy aside. */
  async backUp(text: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, `${this.#id}.${randomUUID()}.backup`)
    await writeFile(path, text, { mode: 0o600, flag: 'wx' })
    return path
  }

  async add(receipt: Receipt): Promise<void> {
    const all = [...(await this.all()), receipt]
    for (const { backup } of all.slice(0, -MOST)) if (backup !== undefined) await rm(backup, { force: true })
    await this.#write(all.slice(-MOST))
  }

  /** Forgets the latest. */
  async drop(): Promise<void> {
    const all = await this.all()
    const backup = all.at(-1)?.backup
    if (backup !== undefined) await rm(backup, { force: true })
    await this.#write(all.slice(0, -1))
  }

  get #file(): string {
    return join(this.#folder, `${this.#id}.json`)
  }

  async #write(receipts: readonly Receipt[]): Promise<void> {
    if (receipts.length === 0) return rm(this.#file, { force: true })
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const temporary = `${this.#file}.${randomUUID()}`
    await writeFile(temporary, JSON.stringify(receipts), { mode: 0o600, flag: 'wx' })
    await rename(temporary, this.#file)
  }
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

function defaultFolder(): string {
  const { HAWSER_HOME, XDG_STATE_HOME, LOCALAPPDATA } = process.env
  if (HAWSER_HOME) return join(HAWSER_HOME, 'installed')
  const state =
    process.platform === 'win32'
      ? LOCALAPPDATA || join(homedir(), 'AppData', 'Local')
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Application Support')
        : XDG_STATE_HOME || join(homedir(), '.local', 'state')
  return join(state, 'hawser', 'installed')
}
