/** The process that loads a suite to see what it is made of; it says so to the one that has started it. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import process from 'node:process'

/** What code takes of the runtime when it loads. Nothing of it is used: no request is answered here. */
const RUNTIME = `import process from 'node:process'
export const env = process.env
export const waitUntil = () => {}
export class DurableObject {}
export class WorkerEntrypoint {}
export class WorkflowEntrypoint {}
export class RpcTarget {}
`

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('cloudflare:')
      ? { url: `data:text/javascript,${encodeURIComponent(RUNTIME)}`, format: 'module', shortCircuit: true }
      : next(specifier, context),
})

const [, , main = ''] = process.argv
/** As `suite()` leaves it: the file may bring another copy of hawser. */
const SUITE = Symbol.for('hawser.suite')
interface Module {
  readonly default?: { readonly [SUITE]?: { readonly plan: unknown } }
}

const module = (await import(pathToFileURL(main).href)) as Module
process.send?.({ plan: module.default?.[SUITE]?.plan }, () => process.disconnect())
