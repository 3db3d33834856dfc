import { isObject } from './is-object.ts'
import { LOGGING_LEVELS } from './logging.ts'
import type { CoreMethods } from './methods.ts'

type Fields = { readonly [key: string]: unknown }

/** What a field may be, and how that is said. */
type Rule = readonly [check: (value: unknown) => boolean, expected: string, isOptional?: true]
type Shape = { readonly [field: string]: Rule }

const isText = (value: unknown): boolean => typeof value === 'string'
const areTexts = (values: readonly unknown[]): boolean => values.every(isText)
/** An object whose fields are right; it may have others. */
const isLike = (value: unknown, shape: Shape): boolean => isObject(value) && findWrong(value, shape) === undefined

const text: Rule = [isText, 'a string']
const maybeText: Rule = [isText, 'a string', true]
const object: Rule = [isObject, 'an object', true]
const texts: Rule = [(value) => isObject(value) && areTexts(Object.values(value)), 'an object of strings', true]
const list: Rule = [(value) => Array.isArray(value) && areTexts(value), 'a list of strings', true]
const flag: Rule = [(value) => typeof value === 'boolean', 'a boolean', true]

const ARGUMENT: Shape = { name: text, value: text }
const CONTEXT: Shape = { arguments: texts }
const FILTER: Shape = {
  toolsListChanged: flag,
  promptsListChanged: flag,
  resourcesListChanged: flag,
  resourceSubscriptions: list,
}

const page: Shape = { cursor: maybeText }

const PARAMS: { readonly [M in keyof CoreMethods]: Shape } = {
  'server/discover': {},
  'tools/list': page,
  'tools/call': { name: text, arguments: object, inputResponses: object, requestState: maybeText },
  'resources/list': page,
  'resources/templates/list': page,
  'resources/read': { uri: text, inputResponses: object, requestState: maybeText },
  'prompts/list': page,
  'prompts/get': { name: text, arguments: texts, inputResponses: object, requestState: maybeText },
  'completion/complete': {
    ref: [
      (value) =>
        isObject(value) &&
        ((value['type'] === 'ref/prompt' && isText(value['name'])) ||
          (value['type'] === 'ref/resource' && isText(value['uri']))),
      'a ref/prompt with a name or a ref/resource with a uri',
    ],
    argument: [(value) => isLike(value, ARGUMENT), 'an object with the strings name and value'],
    context: [(value) => isLike(value, CONTEXT), 'an object with arguments of strings', true],
  },
  'subscriptions/listen': { notifications: [(value) => isLike(value, FILTER), 'a filter of booleans and URIs'] },
}

/** Says what is wrong with the params of a method of the core, or nothing. Others are left to whoever answers them. */
export function findParamsProblem(method: string, params: Fields): string | undefined {
  const wrong = Object.hasOwn(PARAMS, method) ? findWrong(params, PARAMS[method as keyof CoreMethods]) : undefined
  return wrong && `params.${wrong}`
}

/** Says what is wrong with the optional `_meta` fields of a request, or nothing. (basic#meta) */
export function findMetaProblem(meta: Fields): string | undefined {
  const { progressToken: token } = meta
  const level = meta['io.modelcontextprotocol/logLevel']
  const info = meta['io.modelcontextprotocol/clientInfo']
  // Repeated in every report of progress, so it is short.
  if (token !== undefined && !(typeof token === 'string' ? token.length <= 256 : Number.isInteger(token))) {
    return '_meta.progressToken must be a string of at most 256 characters or an integer'
  }
  if (level !== undefined && !(LOGGING_LEVELS as readonly unknown[]).includes(level)) {
    return '_meta logLevel must be a level such as info'
  }
  if (info !== undefined && !(isObject(info) && isText(info['name']) && isText(info['version']))) {
    return '_meta clientInfo must be an object with the strings name and version'
  }
  return undefined
}

function findWrong(fields: Fields, shape: Shape): string | undefined {
  for (const field in shape) {
    const value = fields[field]
    const [check, expected, isOptional] = shape[field]!
    if (!(isOptional && value === undefined) && !check(value)) return `${field} must be ${expected}`
  }
  return undefined
}
