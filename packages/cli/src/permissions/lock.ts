import type { Permissions } from 'hawser/testing'

/** What each permission of a server means, in the form in which it is kept: a line of the file for a line of a review. */
export interface Lock {
  readonly version: 1
  readonly scopes: Readonly<Record<string, Locked>>
  readonly signedIn: readonly string[]
  readonly public: readonly string[]
}

interface Locked {
  readonly title: string
  readonly risk: string
  readonly implies: readonly string[]
  readonly baseline: boolean
  readonly live: boolean
  /** Everything that asks for it. */
  readonly opens: readonly string[]
}

/** Writes down what permissions mean; the same permissions give the same text, in whatever order they are declared. */
export function toLock({ scopes, items }: Permissions): string {
  const names = items.map((item) => ({ item, name: nameOf(item) })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const those = (wants: (item: Permissions['items'][number]) => boolean): string[] =>
    names.filter(({ item }) => wants(item)).map(({ name }) => name)
  const lock: Lock = {
    version: 1,
    scopes: Object.fromEntries(
      scopes
        .toSorted((a, b) => (a.scope < b.scope ? -1 : 1))
        .map(({ scope, title, risk, implies, baseline, live }) => [
          scope,
          {
            title,
            risk,
            implies: implies.toSorted(),
            baseline,
            live,
            opens: those(({ needs }) => typeof needs !== 'string' && needs.includes(scope)),
          },
        ]),
    ),
    signedIn: those(({ needs }) => needs === 'signedIn'),
    public: those(({ needs }) => needs === 'public'),
  }
  return `${JSON.stringify(lock, null, 2)}\n`
}

/** With what it changes: a tool that begins to destroy has another meaning. */
function nameOf({ kind, name, effect, chooses }: Permissions['items'][number]): string {
  const notes = [kind === 'tool' ? effect : undefined, chooses ? 'chosen by arguments' : undefined]
  const known = notes.filter((note) => note !== undefined)
  return known.length === 0 ? `${kind} ${name}` : `${kind} ${name} (${known.join(', ')})`
}

/** The lines that differ, in the order in which they stand, as `-` what was and `+` what is. */
export function compareLocks(before: string, after: string): readonly string[] {
  const [old, now] = [before, after].map(flatten) as [Map<string, string>, Map<string, string>]
  const places = [...new Set([...old.keys(), ...now.keys()])]
  return places.flatMap((place) => {
    const [was, is] = [old.get(place), now.get(place)]
    if (was === is) return []
    return [...(was === undefined ? [] : [`- ${place}${was}`]), ...(is === undefined ? [] : [`+ ${place}${is}`])]
  })
}

/** Each value of a lock with the way to it. What is no lock has no lines, so that everything is new. */
function flatten(text: string): Map<string, string> {
  const lines = new Map<string, string>()
  const visit = (place: string, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) lines.set(`${place}: ${JSON.stringify(item)}`, '')
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) visit(place === '' ? name : `${place} › ${name}`, inner)
    else lines.set(place, `: ${JSON.stringify(value)}`)
  }
  try {
    visit('', JSON.parse(text))
  } catch {
    return new Map()
  }
  return lines
}
