import { join } from 'node:path'
import { CreateError } from './create-error.ts'

/** What a project can begin as. */
export interface Template {
  readonly title: string
  /** The file of its secrets, which is never committed. */
  readonly secrets?: string
  /** Starts it on this machine. */
  readonly start: string
  /** Its endpoint then, or the first of them. */
  readonly url: string
  /** Shows what a deployment would do. */
  readonly deploy?: string
}

const ON_WORKERS = { start: 'npm run dev', deploy: 'npm run deploy -- --dry-run' }
const SECRETS = '.dev.vars'

export const TEMPLATES: ReadonlyMap<string, Template> = new Map([
  ['worker', { title: 'Cloudflare Workers, open to everybody', url: 'http://127.0.0.1:8787/mcp', ...ON_WORKERS }],
  [
    'worker-sign-in',
    {
      title: 'Cloudflare Workers, for people who sign in',
      url: 'http://127.0.0.1:8787/mcp',
      secrets: SECRETS,
      ...ON_WORKERS,
    },
  ],
  [
    'worker-github',
    {
      title: 'Cloudflare Workers, for people with a GitHub account that you name',
      url: 'http://127.0.0.1:8787/mcp',
      secrets: SECRETS,
      ...ON_WORKERS,
    },
  ],
  [
    'node',
    { title: 'Node, for people who sign in', url: 'http://127.0.0.1:3000/mcp', secrets: '.env', start: 'npm start' },
  ],
  [
    'suite',
    {
      title: 'Cloudflare Workers: three focused servers with one sign-in',
      url: 'http://127.0.0.1:8787/catalogue/mcp',
      secrets: SECRETS,
      ...ON_WORKERS,
    },
  ],
])

/** @throws CreateError with the names there are. */
export function findTemplate(name: string): Template {
  const template = TEMPLATES.get(name)
  if (template) return template
  throw new CreateError(`There is no template "${name}". Choose one of these:\n\n${listTemplates()}`, 2)
}

/** One line for each. */
export const listTemplates = (): string =>
  [...TEMPLATES].map(([name, { title }]) => `  ${name.padEnd(16)}${title}`).join('\n')

/** Where the files of a template are; beside `dist` as beside `src`. */
export const folderOf = (name: string): string => join(import.meta.dirname, '../templates', name)
