import { encodeReserved, encodeUnreserved } from './encode.ts'
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
 * @throws TypeError when a list or record meets a prefix such as `{name:3}`.
 * @see RFC 6570 §3
 */
export function expand({ parts }: Pick<UriTemplate, 'parts'>, values: TemplateValues): string {
  return parts.map((part) => (typeof part === 'string' ? part : expandExpression(part, values))).join('')
}

function expandExpression({ operator, first, separator, variables }: Expression, values: TemplateValues): string {
  const encode = /[+#]/.test(operator) ? encodeReserved : encodeUnreserved
  // An empty value is `name=` in a query and `name` in a path parameter. (RFC 6570 §3.2.7, §3.2.8)
  const pair = (key: string, item: string): string => (item || operator !== ';' ? `${key}=${item}` : key)
  const items = variables.flatMap(({ name, prefix, explode }) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined || value === null) return []
    const isComposite = typeof value === 'object'
    if (isComposite && prefix) throw new TypeError(`"${name}:${prefix}" takes a string, not a list or record`)
    const isRecord = isComposite && !Array.isArray(value)
    const entries = isComposite ? Object.entries(value) : [['', cut(String(value), prefix)] as const]
    const isNamed = /[;?&]/.test(operator)
    const shown = entries.map(([key, item]) => {
      const encoded = encode(item)
      if (!isRecord) return explode && isNamed ? pair(name, encoded) : encoded
      return explode ? pair(encode(key), encoded) : `${encode(key)},${encoded}`
    })
    if (explode || shown.length === 0) return shown
    return isNamed ? pair(name, shown.join()) : shown.join()
  })
  return items.length ? first + items.join(separator) : ''
}

function cut(value: string, characters: number | undefined): string {
  return characters ? Array.from(value).slice(0, characters).join('') : value
}
