import { badReply } from '../call/index.ts'
import { expand } from '../uri-template/expand.ts'
import { parseParts } from '../uri-template/parse.ts'
import type { UriTemplate } from '../uri-template/template.ts'
import { pages } from './pages.ts'
import type { CallOptions, Request } from './request.ts'

type Template = Pick<UriTemplate, 'text' | 'parts'>
type Variables = { readonly [name: string]: string }

/** Turns a resource's name and variables into the URI to read. */
export type FindResource = (name: string, variables: Variables, options?: CallOptions) => Promise<string>

/**
 * Learns from the server's lists which URI or template a name stands for, when the name is first used.
 *
 * The promise rejects with TypeError when no resource has the name or a variable is missing.
 */
export function createFindResource(request: Request, maxPages: number): FindResource {
  const known = new Map<string, Template>()

  const learn = async (name: string, options?: CallOptions): Promise<Template> => {
    for await (const page of pages(request, 'resources/templates/list', maxPages, options)) {
      const found = page.find((entry) => entry.name === name)
      if (found !== undefined) return parse(name, found.uriTemplate)
    }
    for await (const page of pages(request, 'resources/list', maxPages, options)) {
      const found = page.find((entry) => entry.name === name)
      // A URI may hold braces; only templates are expanded.
      if (found !== undefined) return { text: found.uri, parts: [found.uri] }
    }
    throw new TypeError(`The server lists no resource named "${name}". Read it by its URI: client.read(uri).`)
  }

  return async (name, variables, options) => {
    const template = known.get(name) ?? (await learn(name, options))
    known.set(name, template)
    checkVariables(name, template, variables)
    return expand(template, variables)
  }
}

function parse(name: string, text: string): Template {
  const parts = parseParts(text)
  if (parts === undefined) throw badReply(`The server lists "${name}" with a URI template that cannot be read.`)
  return { text, parts }
}

/** Only what stands in a query may be left out: without the rest it would be another resource. */
function checkVariables(name: string, { text, parts }: Template, variables: Variables): void {
  for (const part of parts) {
    if (typeof part === 'string' || part.operator === '?' || part.operator === '&') continue
    const missing = part.variables.find((variable) => !Object.hasOwn(variables, variable.name))
    if (missing !== undefined) throw new TypeError(`Resource "${name}" needs "${missing.name}" for its URI ${text}.`)
  }
}
