#!/usr/bin/env node
import { create } from './create.ts'
import { CreateError } from './create-error.ts'

try {
  await create(process.argv.slice(2), process.env)
} catch (error) {
  if (!(error instanceof CreateError)) throw error
  console.error(`create-hawser: ${error.message}`)
  process.exitCode = error.exitCode
}
