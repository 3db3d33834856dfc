import { isObject } from './is-object.ts'
import { LOGGING_LEVELS } from './logging.ts'
import type { Method } from './methods.ts'

type Fields = { readonly [key: string]: unknown }

/** What a field may be, and how that is said. */
type Rule = readonly [check: (value: unknown) => boolean, expected: string]
type Shape = { readonly [field: string]: Rule }

const isText = (value: unknown): boolean => typeof value === 'string'
const areTexts = (values: readonly unknown[]): boolean => values.every(isText)
const orAbsent = (check: Rule[0], expected: string): Rule => [(value) => value === undefined || check(value), expected]
/** An object whose fields are right; it may have others. */
const isLike = (value: unknown, shape: Shape): boolean => isObject(value) && findWrong(value, shape) === undefined

const text: Rule = [isText, 'a string']
const maybeText = /* @__PURE__ */ orAbsent(isText, 'a string')
const object = /* @__PURE__ */ orAbsent(isObject, 'an object')
const texts = /* @__PURE__ */ orAbsent(
  (value) => isObject(value) && areTexts(Object.values(value)),
  'an object of strings',
)
const list = /* @__PURE__ */ orAbsent((value) => Array.isArray(value) && areTexts(value), 'a list of strings')
const flag = /* @__PURE__ */ orAbsent((value) => typeof value === 'boolean', 'a boolean')

const IDENTITY: Shape = { name: text, version: text }
const ARGUMENT: Shape = { name: text, value: text }
const CONTEXT: Shape = { arguments: texts }
const FILTER: Shape = {
  toolsListChanged: flag,
  promptsListChanged: flag,
  resourcesListChanged: flag,
  resourceSubscriptions: list,
}

const page: Shape = { cursor: maybeText }

const PARAMS: { readonly [M in Method]: Shape } = {
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
    context: /* @__PURE__ */ orAbsent((value) => isLike(value, CONTEXT), 'an object with arguments of strings'),
  },
  'subscriptions/listen': { notifications: [(value) => isLike(value, FILTER), 'a filter of booleans and URIs'] },
}

const META: Shape = {
  progressToken: /* @__PURE__ */ orAbsent(
    // Repeated in every report of progress, so it is short.
    (value) => (typeof value === 'string' ? value.length <= 256 : Number.isInteger(value)),
    'a string of at most 256 characters or an integer',
  ),
  'io.modelcontextprotocol/logLevel': /* @__PURE__ */ orAbsent(
    (value) => (LOGGING_LEVELS as readonly unknown[]).includes(value),
    'a level such as info',
  ),
  'io.modelcontextprotocol/clientInfo': /* @__PURE__ */ orAbsent(
    (value) => isLike(value, IDENTITY),
    'an object with the strings name and version',
  ),
}

/** Says what is wrong with the params of a known method, or nothing. Unknown methods are left to the dispatcher. */
export function findParamsProblem(method: string, params: Fields): string | undefined {
  const wrong = Object.hasOwn(PARAMS, method) ? findWrong(params, PARAMS[method as Method]) : undefined
  return wrong && `params.${wrong}`
}

/** Says what is wrong with the optional `_meta` fields of a request, or nothing. (basic#meta) */
export function findMetaProblem(meta: Fields): string | undefined {
  const wrong = findWrong(meta, META)
  return wrong && `_meta.${wrong}`
}

function findWrong(fields: Fields, shape: Shape): string | undefined {
  for (const field in shape) {
    const [check, expected] = shape[field]!
    if (!check(fields[field])) return `${field} must be ${expected}`
  }
  return undefined
}
