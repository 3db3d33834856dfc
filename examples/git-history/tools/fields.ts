import * as z from 'zod'

/** Arguments that several tools take. */

export const ref = z
  .string()
  .min(1)
  .max(250)
  .describe('A branch, tag or commit, e.g. "main", "v1.2", "HEAD~3" or a sha such as "4f2a91c" from another answer.')

export const path = z
  .string()
  .min(1)
  .max(4096)
  .describe('A file or folder, from the top of the repository, e.g. "src/index.ts" or "docs".')

export const cursor = z
  .string()
  .max(4096)
  .describe('The `next` of the page before; repeat all other arguments unchanged.')
