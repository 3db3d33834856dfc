import { createInterface } from 'node:readline/promises'
import { CreateError } from './create-error.ts'
import { listTemplates, TEMPLATES } from './templates.ts'

/** What is missing of a command line, from the person at the terminal. */
export interface Missing {
  readonly name: string | undefined
  readonly template: string | undefined
}

/** @throws CreateError where there is no terminal, or the person leaves. */
export async function ask({ name, template }: Missing): Promise<{ readonly name: string; readonly template: string }> {
  if (name !== undefined && template !== undefined) return { name, template }
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const what = name === undefined ? 'a name for the project' : 'a template'
    throw new CreateError(
      `Say ${what}: npm create hawser@latest ${name ?? 'NAME'} -- --template TEMPLATE\n\n${listTemplates()}`,
      2,
    )
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const leave = new AbortController()
  terminal.once('close', () => leave.abort())
  const question = async (text: string, suggested: string): Promise<string> => {
    const said = await terminal.question(`${text} (${suggested}) `, { signal: leave.signal }).catch(() => {
      throw new CreateError('Nothing was made.')
    })
    return said.trim() || suggested
  }
  try {
    const chosenName = name ?? (await question('What is it called?', 'my-server'))
    if (template !== undefined) return { name: chosenName, template }
    console.log(`\n${listTemplates()}\n`)
    const [first = ''] = TEMPLATES.keys()
    return { name: chosenName, template: await question('Which template?', first) }
  } finally {
    terminal.close()
  }
}
