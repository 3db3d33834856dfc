import { workers } from '#workers'

/** The variable by which `hawser deploy --split` tells a Worker which part of a suite it is. */
const PART = 'HAWSER_PART'
/** The part that has the issuer and the Durable Objects. */
export const OWNER = 'owner'

/** Names that are letters, digits and hyphens can be part of the name of a Worker. */
const NAME = /^[a-z\d](?:[a-z\d-]{0,30}[a-z\d])?$/

/**
 * Which part of a suite this Worker is; all of it when nothing says so.
 *
 * @throws TypeError for a part that the suite does not have, and for names that no Worker can have.
 */
export function readPart(names: readonly string[]): string | undefined {
  const strange = names.find((name) => !NAME.test(name) || name === OWNER)
  if (strange !== undefined)
    throw new TypeError(
      `suite({ ${JSON.stringify(strange)}: … }): a server is called by 1 to 32 lower-case letters, digits and hyphens, and not "${OWNER}".`,
    )
  const part = workers.env?.[PART]
  if (part === undefined || part === OWNER || (typeof part === 'string' && names.includes(part))) return part
  throw new TypeError(`${PART} is ${JSON.stringify(part)}; this suite has ${[...names, OWNER].join(', ')}.`)
}

/** Whether this Worker is one part of a suite, and lacks what the others have. */
export const isPart = (): boolean => workers.env?.[PART] !== undefined
