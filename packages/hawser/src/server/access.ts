import {
  ADMITTED,
  AuthorizationError,
  type Call,
  DECIDE,
  type Decision,
  DefinitionError,
  type Log,
  type Principal,
  type Risk,
  RISKS,
  unavailable,
} from '../call/index.ts'
import { andThen } from './and-then.ts'
import type { Sync } from './definitions.ts'
import type { Catalogue, Requirement } from './scopes.ts'

/** What an item says of who may reach it: all of these scopes, whoever signed in, or everybody. */
export type Wanted = readonly string[] | 'signedIn' | 'public' | typeof ALONG

/**
 * For what an extension adds that tells nobody anything, such as the page of a view: whoever may call the server at all may
 * have it, and strangers are not let in for its sake.
 */
export const ALONG = 'along'

/** Says what one call needs; only out of `mayNeed`. */
export type WantedFor = (given: never) => readonly string[] | 'signedIn'

/** What is asked for one call. */
interface Need {
  readonly scopes: readonly string[]
  readonly requirements: readonly Requirement[]
  readonly isPublic: boolean
  readonly isLive: boolean
  readonly risk: Risk
}

/** Who may reach an item, compiled. */
export interface Access {
  /** Whether everybody may, whatever the call says. */
  readonly isPublic: boolean
  /** Whether strangers are let into the server for its sake. */
  readonly isForStrangers: boolean
  /** What is needed depends on the arguments, so they are read first. */
  readonly isDynamic: boolean
  /** All that a call may need. */
  readonly scopes: readonly string[]
  /** Whether the item is none for this caller: no grant would let them reach it. */
  readonly isHidden: (principal: Principal | undefined) => boolean
  /** Whether the caller holds what is needed; without `given`, whether there may be calls for which they do. */
  readonly permits: (principal: Principal | undefined, given?: unknown) => boolean
  /** What a call takes; without `given`, all that it may take. */
  readonly scopesFor: (given: unknown) => readonly string[]
  /** What a caller would be refused with for lack of a token or of scopes; without `given`, of all that may be needed. */
  readonly refusal: (principal: Principal | undefined, given?: unknown) => AuthorizationError | undefined
  /**
   * Lets a call in, after everyone who keeps account of it was told. Without `given` all is asked for that may be needed.
   *
   * @throws AuthorizationError naming everything that is missing; what `hidden` makes, when the item is none for the caller.
   */
  readonly admit: (call: Call, hidden: () => Error, given?: unknown) => Sync<void>
  /**
   * What a call takes that was let in and turns out to take more: what it uses of the caller's scopes, and these.
   *
   * @throws DefinitionError `unknown-scope`.
   */
  readonly further: (call: Call, scopes: readonly string[]) => readonly string[]
  /** As `admit`, for what came of an earlier call: asks for what that one took, as `ADMITTED` said. */
  readonly readmit: (call: Call, hidden: () => Error, admitted: readonly string[] | undefined) => Sync<void>
}

/** What decides besides scopes, and the same for all items of a server. */
export interface AccessRules {
  readonly catalogue: Catalogue
  /** Each item has to say who may reach it. */
  readonly isExplicit: boolean
  readonly isLive: ((principal: Principal) => Sync<boolean>) | undefined
  /** Whether a caller could ever be granted a scope. */
  readonly grantable: ((scope: string, principal: Principal | undefined) => boolean) | undefined
  readonly log: Log
}

/** Makes the access of one item. */
export type Authorizer = (
  item: { readonly scopes?: Wanted | WantedFor | undefined; readonly mayNeed?: readonly string[] | undefined },
  where: string,
) => Access

const NOTHING: readonly never[] = []
const WORDS: readonly string[] = ['signedIn', 'public', ALONG]
const highest = (risks: readonly Risk[]): Risk => RISKS.findLast((risk) => risks.includes(risk)) ?? 'low'

/** Compiles what items say of who may reach them, so that a check at run time is a few set look-ups. */
export function createAuthorizer(rules: AccessRules): Authorizer {
  const { catalogue, isExplicit } = rules
  const compile = (wanted: Wanted, where: string): Need => {
    const requirements =
      typeof wanted === 'string'
        ? NOTHING
        : [...new Set(wanted)].map((scope) => catalogue.require(scope, `${where} requires`))
    return {
      scopes: requirements.map(({ scope }) => scope),
      requirements,
      isPublic: wanted === 'public' || wanted === ALONG,
      isLive: requirements.some(({ isLive }) => isLive),
      risk: highest(requirements.map(({ risk }) => risk)),
    }
  }
  return (item, where) => {
    const { scopes, mayNeed } = item
    const compileHere = (chosen: Wanted): Need => compile(chosen, where)
    if (isExplicit && (scopes === undefined || (scopes.length === 0 && typeof scopes !== 'function'))) {
      throw new DefinitionError(
        'missing-scopes',
        `${where} does not say who may reach it. Add \`scopes\`: names of scopes, 'signedIn' for whoever signed in, or 'public' for everybody.`,
      )
    }
    if (typeof scopes === 'string' && !WORDS.includes(scopes)) {
      const message = `${where}: \`scopes\` is a list of names, 'signedIn' or 'public'; it is ${JSON.stringify(scopes)}.`
      throw new DefinitionError('unknown-scope', message)
    }
    if (typeof scopes !== 'function') {
      const need = compileHere(scopes === undefined || scopes.length === 0 ? 'public' : scopes)
      return createAccess(need, undefined, compileHere, scopes === 'public', rules)
    }
    if (mayNeed === undefined || mayNeed.length === 0) {
      throw new DefinitionError(
        'missing-bound',
        `${where} chooses its scopes by arguments: add \`mayNeed\` with every scope that it may choose.`,
      )
    }
    const most = compileHere(mayNeed)
    const choose = scopes as (given: unknown) => Wanted
    return createAccess(
      most,
      (given) => {
        const chosen = choose(given)
        if (typeof chosen !== 'string') {
          const stray = chosen.find((scope) => !most.scopes.includes(scope))
          if (stray !== undefined)
            throw new Error(`${where} chose the scope "${stray}", which is not in its \`mayNeed\`.`)
        }
        return compileHere(chosen.length === 0 ? 'signedIn' : chosen)
      },
      compileHere,
      false,
      rules,
    )
  }
}

function createAccess(
  most: Need,
  choose: ((given: unknown) => Need) | undefined,
  compile: (scopes: readonly string[]) => Need,
  isForStrangers: boolean,
  rules: AccessRules,
): Access {
  const { grantable } = rules
  const isDynamic = choose !== undefined
  const isHidden = createHiding(most, isDynamic, grantable)
  /** An item that is there for the caller may still choose what could never be granted to them. */
  const isBarred = ({ requirements }: Need, principal: Principal): boolean =>
    grantable !== undefined && !requirements.every((one) => isGrantable(one, principal, grantable))
  const needOf = (given: unknown): Need => (given === undefined ? most : (choose?.(given) ?? most))

  /** What an earlier call took. */
  const needAgain = (admitted: readonly string[] | undefined): Need =>
    isDynamic && admitted !== undefined ? compile(admitted) : most

  /** What the arguments of a stranger would need is not worth looking at: there is nothing that they hold. */
  const anyone: Need = isDynamic ? { ...most, scopes: NOTHING, requirements: NOTHING } : most

  const judge = (need: Need, principal: Principal | undefined): AuthorizationError | undefined => {
    if (need.isPublic) return undefined
    if (principal === undefined) {
      const what = need.scopes.length === 0 ? '' : ` Needed: ${need.scopes.join(', ')}.`
      return new AuthorizationError('missing_token', `Sign in first.${what}`, need.scopes)
    }
    const missing = isDynamic && isBarred(need, principal) ? need.scopes : missingOf(need, principal)
    if (missing.length === 0) return undefined
    const message = `Permission missing: ${missing.join(', ')}.`
    return new AuthorizationError('insufficient_scope', message, enoughFor(need, principal))
  }

  const explain = (need: Need, principal: Principal | undefined, refusal: Error | undefined): Decision['reason'] => {
    if (refusal === undefined) return 'ok'
    if (principal === undefined) return 'no_token'
    return isBarred(need, principal) ? 'policy' : 'scope'
  }

  /** What is allowed is told again and again, and in the same words for one caller: whoever keeps account may go by the object. */
  const allowed = new WeakMap<object, Decision>()
  const describeHere = (need: Need, principal: Principal | undefined, reason: Decision['reason']): Decision => {
    if (reason !== 'ok' || need !== most) return describe(need, principal, reason)
    const known = allowed.get(principal ?? most)
    if (known !== undefined) return known
    const decision = describe(need, principal, reason)
    allowed.set(principal ?? most, decision)
    return decision
  }

  /** Tells whoever keeps account, and refuses then. */
  const settle = (call: Call, need: Need, reason: Decision['reason'], refusal: Error | undefined): Sync<void> => {
    const told = call.values.get(DECIDE)?.(describeHere(need, call.principal, reason))
    return andThen(told, () => {
      if (refusal !== undefined) throw refusal
    })
  }

  const admitLive = async (call: Call, need: Need): Promise<void> => {
    const { principal } = call
    const refusal = judge(need, principal)
    const lapse = refusal === undefined ? await findLapse(need, principal, rules) : undefined
    await settle(call, need, lapse?.[0] ?? explain(need, principal, refusal), lapse?.[1] ?? refusal)
  }

  const admitTo = (need: Need, call: Call, hidden: () => Error): Sync<void> => {
    const { principal } = call
    if (isHidden(principal)) return settle(call, need, 'policy', hidden())
    if (need.isLive) return admitLive(call, need)
    const refusal = judge(need, principal)
    return settle(call, need, explain(need, principal, refusal), refusal)
  }

  return {
    isPublic: most.isPublic && !isDynamic,
    isForStrangers,
    isDynamic,
    scopes: most.scopes,
    isHidden,
    permits: (principal, given) => {
      if (isDynamic && given === undefined) {
        return principal !== undefined && most.requirements.some((one) => usedFor(one, principal) !== undefined)
      }
      return !isHidden(principal) && judge(needOf(given), principal) === undefined
    },
    scopesFor: (given) => needOf(given).scopes,
    refusal: (principal, given) =>
      isHidden(principal) ? undefined : judge(principal === undefined ? anyone : needOf(given), principal),
    admit: (call, hidden, given) => {
      if (isDynamic && call.principal === undefined) return admitTo(anyone, call, hidden)
      const isNone = isHidden(call.principal)
      const need = isNone ? most : needOf(given)
      if (isDynamic) call.values.set(ADMITTED, need.scopes)
      return admitTo(need, call, hidden)
    },
    further: ({ principal, values }, scopes) => {
      const used = principal === undefined ? NOTHING : usedOf(needAgain(values.get(ADMITTED)), principal)
      return [...new Set([...used, ...compile(scopes).scopes])]
    },
    readmit: (call, hidden, admitted) => admitTo(needAgain(admitted), call, hidden),
  }
}

/** Never for items that need no scope. What chooses its scopes is shown as long as one of them could be granted. */
function createHiding(
  { requirements }: Need,
  isDynamic: boolean,
  grantable: AccessRules['grantable'],
): Access['isHidden'] {
  if (grantable === undefined || requirements.length === 0) return () => false
  return (principal) => {
    const could = (one: Requirement): boolean => isGrantable(one, principal, grantable)
    return !(isDynamic ? requirements.some(could) : requirements.every(could))
  }
}

/** Whether a caller could meet a requirement, by the scope itself or by one that implies it. */
function isGrantable(
  { grantedBy }: Requirement,
  principal: Principal | undefined,
  grantable: NonNullable<AccessRules['grantable']>,
): boolean {
  return grantedBy.some((scope) => grantable(scope, principal))
}

/** Milliseconds that callers are told to wait where nobody can tell whether their grant holds. */
const LIVE_RETRY_MS = 2_000

/** Why the grant of a caller does not hold any more, if so. The local user has none that somebody could revoke. */
async function findLapse(
  { scopes }: Need,
  principal: Principal | undefined,
  { isLive, log }: AccessRules,
): Promise<['revoked' | 'unavailable', Error] | undefined> {
  if (principal?.issuer === undefined || isLive === undefined) return undefined
  try {
    if (await isLive(principal)) return undefined
    return ['revoked', new AuthorizationError('invalid_token', 'The access was revoked. Sign in again.', scopes)]
  } catch (cause) {
    log({ level: 'error', message: 'Nobody can tell whether a grant still holds.', cause })
    const message = 'Whether your access still holds cannot be found out now. Try again later.'
    return ['unavailable', unavailable(message, LIVE_RETRY_MS, cause)]
  }
}

/** The scope by which a caller meets a requirement. */
function usedFor({ grantedBy }: Requirement, { scopes }: Principal): string | undefined {
  return grantedBy.find((scope) => scopes.has(scope))
}

function usedOf({ requirements }: Need, principal: Principal): readonly string[] {
  return [...new Set(requirements.flatMap((one) => usedFor(one, principal) ?? []))]
}

function missingOf({ requirements }: Need, principal: Principal): readonly string[] {
  // Almost always nothing is missing, and then nothing is made.
  let missing: string[] | undefined
  for (const requirement of requirements)
    if (usedFor(requirement, principal) === undefined) (missing ??= []).push(requirement.scope)
  return missing ?? NOTHING
}

/**
 * What a token needs for a call: what the caller lacks, and what it holds and uses. Many clients ask for the scopes of a challenge
 * alone, and would lose the one for the other.
 *
 * @see basic/authorization#runtime-insufficient-scope-errors
 */
function enoughFor({ requirements }: Need, principal: Principal): readonly string[] {
  return [...new Set(requirements.map((one) => usedFor(one, principal) ?? one.scope))]
}

function describe(need: Need, principal: Principal | undefined, reason: Decision['reason']): Decision {
  return {
    effect: reason === 'ok' ? 'allow' : reason === 'policy' || reason === 'unavailable' ? 'deny' : 'challenge',
    reason,
    required: need.scopes,
    granted: principal === undefined ? NOTHING : [...principal.scopes],
    used: principal === undefined ? NOTHING : usedOf(need, principal),
    missing: principal === undefined ? need.scopes : missingOf(need, principal),
    risk: need.risk,
  }
}
