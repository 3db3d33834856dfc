import { isObject } from './is-object.ts'
import { LOGGING_LEVELS } from './logging.ts'
import type { Method } from './methods.ts'

type Fields = { readonly [key: string]: unknown }
type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
/** Repeated in every report of progress, so it is short. */
const isToken: Check = (value) =>
  value === undefined || (typeof value === 'string' ? value.length <= 256 : Number.isInteger(value))
const isFlag: Check = (value) => value === undefined || typeof value === 'boolean'
const isTextMap: Check = (value) => isObject(value) && Object.values(value).every(isText)
const areTexts: Check = (value) => value === undefined || (Array.isArray(value) && value.every(isText))

/** What a field of params may be, and how that is said. */
const KINDS = {
  text: [isText, 'a string'],
  object: [isObject, 'an object'],
  texts: [isTextMap, 'an object of strings'],
  argument: [
    (value) => isObject(value) && isText(value['name']) && isText(value['value']),
    'an object with the strings name and value',
  ],
  context: [
    (value) => isObject(value) && (value['arguments'] === undefined || isTextMap(value['arguments'])),
    'an object with arguments of strings',
  ],
  reference: [
    (value) =>
      isObject(value) &&
      ((value['type'] === 'ref/prompt' && isText(value['name'])) ||
        (value['type'] === 'ref/resource' && isText(value['uri']))),
    'a ref/prompt with a name or a ref/resource with a uri',
  ],
  filter: [
    (value) =>
      isObject(value) &&
      isFlag(value['toolsListChanged']) &&
      isFlag(value['promptsListChanged']) &&
      isFlag(value['resourcesListChanged']) &&
      areTexts(value['resourceSubscriptions']),
    'a filter of booleans and URIs',
  ],
} as const satisfies { readonly [kind: string]: readonly [Check, string] }

type Kind = keyof typeof KINDS
interface Rules {
  readonly required: { readonly [field: string]: Kind }
  readonly optional: { readonly [field: string]: Kind }
}

const list: Rules = { required: {}, optional: { cursor: 'text' } }
const retry: Rules['optional'] = { inputResponses: 'object', requestState: 'text' }

const RULES: { readonly [M in Method]: Rules } = {
  'server/discover': { required: {}, optional: {} },
  'tools/list': list,
  'tools/call': { required: { name: 'text' }, optional: { arguments: 'object', ...retry } },
  'resources/list': list,
  'resources/templates/list': list,
  'resources/read': { required: { uri: 'text' }, optional: retry },
  'prompts/list': list,
  'prompts/get': { required: { name: 'text' }, optional: { arguments: 'texts', ...retry } },
  'completion/complete': { required: { ref: 'reference', argument: 'argument' }, optional: { context: 'context' } },
  'subscriptions/listen': { required: { notifications: 'filter' }, optional: {} },
}

/** Says what is wrong with the params of a known method, or nothing. Unknown methods are left to the dispatcher. */
export function findParamsProblem(method: string, params: Fields): string | undefined {
  if (!Object.hasOwn(RULES, method)) return undefined
  const { required, optional } = RULES[method as Method]
  for (const field in required) {
    const problem = findProblem(field, required[field], Object.hasOwn(params, field) ? params[field] : undefined)
    if (problem !== undefined) return problem
  }
  for (const field in optional) {
    if (!Object.hasOwn(params, field)) continue
    const problem = findProblem(field, optional[field], params[field])
    if (problem !== undefined) return problem
  }
  return undefined
}

function findProblem(field: string, kind: Kind | undefined, value: unknown): string | undefined {
  if (kind === undefined) return undefined
  const [check, expected] = KINDS[kind]
  return check(value) ? undefined : `params.${field} must be ${expected}`
}

/** Says what is wrong with the optional `_meta` fields of a request, or nothing. (basic#meta) */
export function findMetaProblem(meta: Fields): string | undefined {
  if (!isToken(meta['progressToken'])) {
    return '_meta.progressToken must be a string of at most 256 characters or an integer'
  }
  const level = meta['io.modelcontextprotocol/logLevel']
  if (level !== undefined && !(LOGGING_LEVELS as readonly unknown[]).includes(level)) {
    return `_meta logLevel must be one of ${LOGGING_LEVELS.join(', ')}`
  }
  const info = meta['io.modelcontextprotocol/clientInfo']
  if (info !== undefined && !(isObject(info) && isText(info['name']) && isText(info['version']))) {
    return '_meta clientInfo must be an object with the strings name and version'
  }
  return undefined
}
