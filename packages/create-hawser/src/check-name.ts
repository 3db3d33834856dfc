import { builtinModules } from 'node:module'
import { CreateError } from './create-error.ts'

/** What npm, Workers and every file system take: a Worker is a part of a host name. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const TAKEN = new Set(builtinModules)

/**
 * Checks what a project is to be called.
 *
 * @param dependencies What it installs: npm installs no package into one of the same name.
 * @throws CreateError that says what is wrong with it.
 */
export function checkName(name: string, dependencies: readonly string[]): void {
  if (!NAME.test(name)) {
    throw new CreateError(
      `"${name}" cannot be the name of a package and of a Worker: use small letters, digits and dashes between them, 63 at most, as in "my-server".`,
    )
  }
  if (TAKEN.has(name)) throw new CreateError(`"${name}" is a module of Node. Choose another name.`)
  if (dependencies.includes(name)) {
    throw new CreateError(
      `"${name}" is a package that the project installs, so npm would refuse it. Choose another name.`,
    )
  }
}
