import { DefinitionError } from '../call/index.ts'

/**
 * What is left of a name when that is taken away which people, models and hosts do not tell apart: hosts turn "." and
 * "-" into "_", and people do not see case.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[-._\s]+/g, '_')
}

/** Names that are taken, by what is left of them when they are folded. */
export type TakenNames = Map<string, string>

/**
 * Takes names when the module loads.
 *
 * @throws DefinitionError `confusable-names` naming both.
 */
export function takeNames(
  taken: TakenNames,
  kind: 'tools' | 'prompts' | 'prefixes' | 'parts',
  names: Iterable<string>,
): void {
  for (const name of names) {
    const folded = foldName(name)
    const other = taken.get(folded)
    if (other !== undefined) {
      throw new DefinitionError(
        'confusable-names',
        other === name
          ? `Two ${kind} are named "${name}". Give one another name, or another prefix.`
          : `Clients could take the ${kind} "${other}" and "${name}" for each other. Rename one.`,
      )
    }
    taken.set(folded, name)
  }
}
