import { DefinitionError } from '../../call/index.ts'
import { MAX_BYTES, MAX_FILES, type SkillFiles } from './skill-files.ts'

/** Gives every skill the files of those that are nested in it: to the outer one they are files like others. (SEP-2640, nested skills) */
export function nestSkills(all: readonly SkillFiles[]): readonly SkillFiles[] {
  return all.map((outer) => {
    const inner = all.filter(({ path }) => path.startsWith(`${outer.path}/`))
    if (inner.length === 0) return outer
    const nested = inner.flatMap(({ path, files }) =>
      [...files].map(([file, bytes]) => [`${path.slice(outer.path.length + 1)}/${file}`, bytes] as const),
    )
    // What the outer one brings itself stays, so that a difference is noticed.
    const files = new Map([...outer.files, ...nested.filter(([file]) => !outer.files.has(file))])
    const size = [...files.values()].reduce((sum, { length }) => sum + length, 0)
    if (files.size > MAX_FILES || size > MAX_BYTES) {
      throw new DefinitionError(
        'bad-skill',
        `Skill "${outer.path}": with the skills nested in it, it has ${files.size} files and ${size} bytes; hosts accept ${MAX_FILES} and ${MAX_BYTES}.`,
      )
    }
    return { ...outer, files }
  })
}
