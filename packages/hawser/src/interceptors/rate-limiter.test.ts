import { describe } from 'vitest'
import { testRateLimiter } from './fixtures/limiter-suite.ts'
import { memoryRateLimiter } from './rate-limiter.ts'

describe('a rate limiter in memory', () => {
  testRateLimiter(() => memoryRateLimiter())
})
