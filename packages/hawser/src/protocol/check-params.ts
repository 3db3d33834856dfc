import { isObject } from './is-object.ts'
import { LOGGING_LEVELS } from './logging.ts'
import type { Method } from './methods.ts'

type Fields = { readonly [key: string]: unknown }

const isText = (value: unknown): boolean => typeof value === 'string'
const isTextMap = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText)
const maybe = (check: (value: unknown) => boolean) => (value: unknown) => value === undefined || check(value)

function isReference(value: unknown): boolean {
  if (!isObject(value)) return false
  return value['type'] === 'ref/prompt'
    ? isText(value['name'])
    : value['type'] === 'ref/resource' && isText(value['uri'])
}

function isFilter(value: unknown): boolean {
  if (!isObject(value)) return false
  const { toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions } = value
  const flag = maybe((entry) => typeof entry === 'boolean')
  return (
    flag(toolsListChanged) &&
    flag(promptsListChanged) &&
    flag(resourcesListChanged) &&
    maybe((list) => Array.isArray(list) && list.every(isText))(resourceSubscriptions)
  )
}

interface Rule {
  readonly field: string
  readonly check: (value: unknown) => boolean
  readonly expected: string
}

const name: Rule = { field: 'name', check: isText, expected: 'a string' }
const uri: Rule = { field: 'uri', check: isText, expected: 'a string' }
const cursor: Rule = { field: 'cursor', check: maybe(isText), expected: 'a string' }
const retry: readonly Rule[] = [
  { field: 'inputResponses', check: maybe(isObject), expected: 'an object' },
  { field: 'requestState', check: maybe(isText), expected: 'a string' },
]

const RULES: { readonly [M in Method]: readonly Rule[] } = {
  'server/discover': [],
  'tools/list': [cursor],
  'tools/call': [name, { field: 'arguments', check: maybe(isObject), expected: 'an object' }, ...retry],
  'resources/list': [cursor],
  'resources/templates/list': [cursor],
  'resources/read': [uri, ...retry],
  'prompts/list': [cursor],
  'prompts/get': [name, { field: 'arguments', check: maybe(isTextMap), expected: 'an object of strings' }, ...retry],
  'completion/complete': [
    { field: 'ref', check: isReference, expected: 'a ref/prompt with a name or a ref/resource with a uri' },
    {
      field: 'argument',
      check: (value) => isObject(value) && isText(value['name']) && isText(value['value']),
      expected: 'an object with the strings name and value',
    },
    {
      field: 'context',
      check: maybe((value) => isObject(value) && maybe(isTextMap)(value['arguments'])),
      expected: 'an object with arguments of strings',
    },
  ],
  'subscriptions/listen': [{ field: 'notifications', check: isFilter, expected: 'a filter of booleans and URIs' }],
}

const METHODS = new Map<string, readonly Rule[]>(Object.entries(RULES))

/** Says what is wrong with the params of a known method, or nothing. Unknown methods are left to the dispatcher. */
export function findParamsProblem(method: string, params: Fields): string | undefined {
  const rules = METHODS.get(method)
  if (rules === undefined) return undefined
  for (const { field, check, expected } of rules) {
    if (!check(Object.hasOwn(params, field) ? params[field] : undefined)) return `params.${field} must be ${expected}`
  }
  return undefined
}

const LEVELS: ReadonlySet<unknown> = new Set(LOGGING_LEVELS)

/** Says what is wrong with the optional `_meta` fields of a request, or nothing. (basic#meta) */
export function findMetaProblem(meta: Fields): string | undefined {
  const { progressToken } = meta
  if (progressToken !== undefined && !isText(progressToken) && !Number.isInteger(progressToken)) {
    return '_meta.progressToken must be a string or an integer'
  }
  const level = meta['io.modelcontextprotocol/logLevel']
  if (level !== undefined && !LEVELS.has(level)) return `_meta logLevel must be one of ${LOGGING_LEVELS.join(', ')}`
  const info = meta['io.modelcontextprotocol/clientInfo']
  if (info !== undefined && !(isObject(info) && isText(info['name']) && isText(info['version']))) {
    return '_meta clientInfo must be an object with the strings name and version'
  }
  return undefined
}
