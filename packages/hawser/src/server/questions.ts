import { ProtocolError } from '../call/index.ts'
import { type ClientCapabilities, type InputRequest, isObject } from '../protocol/index.ts'

/** What a client can be asked for. */
export type Ability = 'form' | 'url' | 'sampling' | 'roots'

/**
 * An empty `elicitation` means form mode, as clients declared it before there were modes. What is declared as anything but
 * an object is not declared. (client/elicitation#capabilities)
 */
export function canAsk(capabilities: ClientCapabilities, ability: Ability): boolean {
  const { elicitation, sampling, roots } = capabilities
  switch (ability) {
    case 'form':
      return isObject(elicitation) && isObject('form' in elicitation || 'url' in elicitation ? elicitation.form : {})
    case 'url':
      return isObject(elicitation) && isObject(elicitation.url)
    case 'sampling':
      return isObject(sampling)
    case 'roots':
      return isObject(roots)
  }
}

const REQUIRED: { readonly [A in Ability]: ClientCapabilities } = {
  form: { elicitation: { form: {} } },
  url: { elicitation: { url: {} } },
  sampling: { sampling: {} },
  roots: { roots: {} },
}

/**
 * Makes sure that the client can be sent a request.
 *
 * @throws ProtocolError `missing_client_capability` naming what it did not declare. (basic#meta)
 */
export function checkCapabilities(capabilities: ClientCapabilities, request: InputRequest, why: string): void {
  const requiredCapabilities = findMissing(capabilities, request)
  if (requiredCapabilities === undefined) return
  throw new ProtocolError(
    'missing_client_capability',
    `${why} The client did not declare the capability ${JSON.stringify(requiredCapabilities)}.`,
    { data: { requiredCapabilities } },
  )
}

function findMissing(capabilities: ClientCapabilities, request: InputRequest): ClientCapabilities | undefined {
  const ability = abilityFor(request)
  if (!canAsk(capabilities, ability)) return REQUIRED[ability]
  if (request.method !== 'sampling/createMessage') return undefined
  // Tools and context are declared apart. (client/sampling#capabilities)
  const { tools, toolChoice, includeContext = 'none' } = request.params
  const { sampling } = capabilities
  if ((tools ?? toolChoice) !== undefined && !isObject(sampling?.tools)) return { sampling: { tools: {} } }
  if (includeContext !== 'none' && !isObject(sampling?.context)) return { sampling: { context: {} } }
  return undefined
}

/** The ability that answering a request takes. */
function abilityFor(request: InputRequest): Ability {
  switch (request.method) {
    case 'elicitation/create':
      return request.params.mode === 'url' ? 'url' : 'form'
    case 'sampling/createMessage':
      return 'sampling'
    case 'roots/list':
      return 'roots'
  }
}
