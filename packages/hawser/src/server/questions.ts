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

/** @throws ProtocolError `missing_client_capability` naming it. (basic#meta) */
export function checkAbility(capabilities: ClientCapabilities, ability: Ability, why: string): void {
  if (canAsk(capabilities, ability)) return
  const requiredCapabilities = REQUIRED[ability]
  throw new ProtocolError(
    'missing_client_capability',
    `${why} The client did not declare the capability ${JSON.stringify(requiredCapabilities)}.`,
    { data: { requiredCapabilities } },
  )
}

/** The ability that answering a request takes. */
export function abilityFor(request: InputRequest): Ability {
  switch (request.method) {
    case 'elicitation/create':
      return request.params.mode === 'url' ? 'url' : 'form'
    case 'sampling/createMessage':
      return 'sampling'
    case 'roots/list':
      return 'roots'
  }
}
