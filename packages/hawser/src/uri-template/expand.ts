import { encodeReserved, encodeUnreserved } from './encode.ts'
import { UriTemplateError } from './parse.ts'
import type { Expression, UriTemplate } from './template.ts'

export type TemplateValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>> | undefined

export type TemplateValues = Readonly<Record<string, TemplateValue>>

/**
 * Writes the URI that the values give. A variable that is undefined, an empty list or an empty record writes nothing.
 *
 * ```ts
 * expand(parseTemplate('notes://{id}{?format}'), { id: 'a b', format: 'md' }) // 'notes://a%20b?format=md'
 * ```
 *
 * Only own properties of `values` count. `{name:3}` counts characters, not UTF-16 units.
 *
 * @throws UriTemplateError when a list or record meets a prefix such as `{name:3}`.
 * @see RFC 6570 §3
 */
export function expand({ text, parts }: Pick<UriTemplate, 'text' | 'parts'>, values: TemplateValues): string {
  return parts.map((part) => (typeof part === 'string' ? part : expandExpression(text, part, values))).join('')
}

function expandExpression(text: string, expression: Expression, values: TemplateValues): string {
  const { operator, first, separator, variables } = expression
  const encode = /[+#]/.test(operator) ? encodeReserved : encodeUnreserved
  const items: string[] = []
  for (const { name, prefix, explode } of variables) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined || value === null) continue
    const composite = typeof value === 'object'
    if (composite && prefix)
      throw new UriTemplateError(
        text,
        text.indexOf(`${name}:${prefix}`),
        `"${name}:${prefix}" cuts a string, not a list or record`,
      )
    const isRecord = composite && !Array.isArray(value)
    let pairs = composite
      ? Object.entries(value).map(([key, item]) => [isRecord ? encode(key) : name, encode(item)] as const)
      : [[name, encode(cut(String(value), prefix))] as const]
    if (!explode && pairs.length) pairs = [[name, pairs.map((pair) => (isRecord ? pair.join() : pair[1])).join()]]
    for (const [key, item] of pairs) {
      if (!/[;?&]/.test(operator) && !(isRecord && explode)) items.push(item)
      // An empty value is `name=` in a query and `name` in a path parameter. (RFC 6570 §3.2.7, §3.2.8)
      else items.push(item || operator !== ';' ? `${key}=${item}` : key)
    }
  }
  return items.length ? first + items.join(separator) : ''
}

function cut(value: string, characters: number | undefined): string {
  return characters ? Array.from(value).slice(0, characters).join('') : value
}
