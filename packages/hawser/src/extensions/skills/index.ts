export type { Skill } from './catalogue.ts'
export type { Frontmatter } from './frontmatter.ts'
export { skills, type SkillDefinitions, type SkillsOptions } from './serve-skills.ts'
export type { SkillDefinition, SkillFile } from './skill-files.ts'
