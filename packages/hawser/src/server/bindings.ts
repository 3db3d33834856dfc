/**
 * Of what the runtime hands to a request, what an item has declared, and nothing else.
 *
 * @throws Error when something is not there.
 */
export function pickBindings(item: string, names: readonly string[], env: unknown): Readonly<Record<string, unknown>> {
  const missing = findMissing(names, env)
  if (missing !== undefined)
    throw new Error(`"${item}" needs the binding ${missing}, which is not in the \`env\` of this request.`)
  const given = env as Readonly<Record<string, unknown>>
  return Object.freeze(Object.fromEntries(names.map((name) => [name, given[name]])))
}

/** The first name that is not in what the runtime gives. */
export function findMissing(names: readonly string[], env: unknown): string | undefined {
  const given = typeof env === 'object' && env !== null ? env : {}
  return names.find((name) => !Object.hasOwn(given, name))
}
