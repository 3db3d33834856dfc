/**
 * Does what a newcomer does with each template, from the packages as they would be published: makes a project, tests it, serves it, has
 * the client of the official SDK sign in and call tools, looks what a deployment would do, and types whatever else the README says. The
 * last line tells how many commands that takes with the template of the guide, without what the README adds, and how many seconds.
 *
 * node --conditions=hawser-source scripts/newcomer.ts [TEMPLATE…]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JOURNEYS } from './newcomer/journeys.ts'
import { travel } from './newcomer/travel.ts'
import { packAll } from './pack-all.ts'

/** What a person types at most. */
const MOST_COMMANDS = 4

const wanted = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'hawser-newcomer-'))
try {
  const packages = join(work, 'packages')
  mkdirSync(packages)
  const creator = packAll(packages).find(({ manifest }) => manifest.name === 'create-hawser')
  if (creator === undefined) throw new Error('There is no package create-hawser.')
  let last = ''
  for (const journey of JOURNEYS) {
    if (wanted.length > 0 && !wanted.includes(journey.template)) continue
    const home = join(work, journey.template)
    mkdirSync(home)
    const { typed, seconds, others } = await travel(journey, { home, packages, creator: creator.tarball })
    if (typed > MOST_COMMANDS) throw new Error(`${journey.template} takes ${typed} commands, ${MOST_COMMANDS} at most.`)
    last = `${typed} commands, ${seconds} seconds`
    console.log(`ok  ${journey.template.padEnd(16)}${last}, and ${others} more commands of its pages`)
  }
  console.log(`From nothing to a server that was called and could be deployed: ${last}`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
