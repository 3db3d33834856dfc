import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** How a program of the project ended. */
export interface Outcome {
  /** Absent when it was stopped. */
  readonly code: number | null
  /** What it printed, or the beginning of that. */
  readonly output: string
}

/** Characters of what a program says that are kept. */
const MAX_CHARS = 64 * 1024
/** Milliseconds after which a program is stopped: one that watches would never end. */
const PATIENCE = 300_000

/** The scripts in the package.json of a folder, by name. */
export async function readScripts(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')
  try {
    const { scripts } = JSON.parse(text) as { readonly scripts?: object }
    const all = Object.entries(scripts ?? {})
    return new Map(all.filter((each): each is [string, string] => typeof each[1] === 'string'))
  } catch {
    // Whoever installs the project is told what is wrong with it.
    return new Map()
  }
}

/** Runs a script of package.json, by Node itself, so that it does not matter what installs packages. */
export const runScript = (folder: string, name: string): Promise<Outcome> => runNode(folder, ['--run', name])

/** Runs Node in a folder, and collects what is printed. */
export function runNode(folder: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (output.length < MAX_CHARS) output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
