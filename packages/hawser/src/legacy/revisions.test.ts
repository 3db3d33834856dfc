import { describe, expect, it } from 'vitest'
import { hasFeature, isRevision, REVISIONS } from './revisions.ts'

describe('the table of revisions', () => {
  it('knows batches in one revision only', () => {
    expect(REVISIONS.filter((revision) => hasFeature(revision, 'batches'))).toEqual(['2025-03-26'])
  })

  it('keeps what a revision brought in those after it', () => {
    expect(REVISIONS.filter((revision) => hasFeature(revision, 'elicitation'))).toEqual(['2025-06-18', '2025-11-25'])
    expect(REVISIONS.filter((revision) => hasFeature(revision, 'audioContent'))).toHaveLength(3)
  })

  it('knows its own revisions and no others', () => {
    expect(REVISIONS.every(isRevision)).toBe(true)
    expect(['2026-07-28', '', 'constructor', undefined, 1].some(isRevision)).toBe(false)
  })
})
