import { join } from 'node:path'

/** What somebody does who begins with a template. */
export interface Journey {
  readonly template: string
  /** The address that its README names. */
  readonly origin: string
  /** The command that serves it. */
  readonly start: string
  /** What the official client then calls. */
  readonly calls: readonly (readonly [path: string, tool: string, args: Readonly<Record<string, unknown>>])[]
  /** Whether nobody has to sign in. */
  readonly isOpen?: true
  /** A page of the guide that is about it. */
  readonly page?: string
}

const ON_WORKERS = { origin: 'http://127.0.0.1:8787', start: 'npm run dev' }
const HANDBOOK = [['/mcp', 'search_handbook', { word: 'holidays' }]] as const

/** The last is that of the guide, whose commands and seconds are told at the end. */
export const JOURNEYS: readonly Journey[] = [
  {
    template: 'node',
    origin: 'http://127.0.0.1:3000',
    start: 'npm start',
    calls: [['/mcp', 'search_notes', { text: '' }]],
  },
  { template: 'worker', isOpen: true, calls: [['/mcp', 'find_zones', { text: 'tokyo' }]], ...ON_WORKERS },
  {
    template: 'suite',
    calls: [
      ['/catalogue/mcp', 'find_products', { name: 'rope' }],
      ['/stock/mcp', 'count_stock', { sku: 'R-8' }],
      ['/sales/mcp', 'list_bestsellers', {}],
    ],
    ...ON_WORKERS,
  },
  { template: 'worker-github', calls: HANDBOOK, ...ON_WORKERS },
  {
    template: 'worker-sign-in',
    calls: HANDBOOK,
    page: join(import.meta.dirname, '../../docs/guide/getting-started.md'),
    ...ON_WORKERS,
  },
]
