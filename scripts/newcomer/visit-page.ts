/**
 * Stands for the browser of a person who agrees to what they are asked: `xdg-open` in what a newcomer runs.
 *
 * node visit-page.ts URL
 */
import { scriptedPerson } from '../../examples/notes/scripted-person.ts'

const PATIENCE_MS = 20_000

const page = new URL(process.argv[2] ?? '')
const { visit } = await scriptedPerson('ada').open()
// What comes back to the program that asked is for another origin than the pages.
const back = await visit(page, ({ origin }) => origin !== page.origin, AbortSignal.timeout(PATIENCE_MS))
await fetch(back)
