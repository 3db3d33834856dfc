import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { hasForm, type Contender, type Form } from '../contenders/index.ts'
import { builtPath } from '../measure/program.ts'
import type { Row, Values } from './row.ts'

/** Gzipped size in kB of 1000 bytes. */
const kilobytes = (name: string, form: Form) =>
  gzipSync(readFileSync(builtPath(name, form)), { level: 9 }).length / 1000

const forms: readonly Form[] = ['worker-plain', 'worker', 'worker-notes', 'client']

const measure = async (contender: Contender): Promise<Values> =>
  Object.fromEntries(
    forms.filter((form) => hasForm(contender, form)).map((form) => [form, kilobytes(contender.name, form)]),
  )

const unit = 'kB gzip'

export const size: Row = {
  name: 'size',
  title: 'Bundles, minified',
  metrics: [
    { name: 'worker-plain', title: 'Worker, one tool, without the user’s schema library', unit, better: 'lower' },
    { name: 'worker', title: 'Worker, one tool, with zod', unit, better: 'lower' },
    { name: 'worker-notes', title: 'examples/notes with its issuer, without zod', unit, better: 'lower' },
    { name: 'client', title: 'client over HTTP', unit, better: 'lower' },
  ],
  takesPart: (contender) => forms.some((form) => hasForm(contender, form)),
  full: { rounds: 1, seconds: 10 },
  quick: { rounds: 1, seconds: 1 },
  measure,
}
