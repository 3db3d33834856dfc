import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ELSEWHERE, NEEDS, PAGES } from './commands/pages.ts'
import { readPage } from './commands/read-page.ts'
import { typePage } from './commands/type-page.ts'

const root = join(import.meta.dirname, '../..')
const pages = globSync('*.md', { cwd: import.meta.dirname }).toSorted()
const commandsOf = (page: string) => readPage(readFileSync(join(import.meta.dirname, page), 'utf8'))

describe('commands of the guide', () => {
  it('are all typed by somebody', () => {
    const withCommands = pages.filter((page) => commandsOf(page).length > 0)
    expect([...Object.keys(PAGES), ...Object.keys(ELSEWHERE)].toSorted()).toEqual(withCommands)
    for (const path of Object.values(ELSEWHERE)) expect(existsSync(join(root, path))).toBe(true)
  })

  it('are what is said of them', () => {
    for (const [page, { typed = {}, says = {}, first = [] }] of Object.entries(PAGES)) {
      const lines = commandsOf(page).map(({ line }) => line)
      expect(lines).toEqual(expect.arrayContaining([...Object.keys(typed), ...Object.keys(says), ...first]))
    }
  })

  it('say what they need that is not here, and only those do that need it', () => {
    for (const { line, needs } of pages.flatMap(commandsOf)) {
      const needed = Object.keys(NEEDS).find((need) => NEEDS[need]?.test(line))
      expect({ line, needs }).toEqual({ line, needs: needed })
    }
  })

  // Other systems have other shells, browsers and hosts.
  it.runIf(process.platform === 'linux').each(Object.keys(PAGES))(
    'of %s work',
    async (page) => {
      await typePage(join(import.meta.dirname, page), PAGES[page]!)
    },
    90_000,
  )
})
