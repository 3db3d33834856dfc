import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { guardStdout } from './guard-stdout.ts'

describe('guarding stdout', () => {
  it('is undone completely', () => {
    const before = [Reflect.get(process.stdout, 'write'), Reflect.get(process.stdout, 'end'), fs.writeSync, fs.write]
    const guarded = guardStdout()
    expect(Reflect.get(process.stdout, 'write')).not.toBe(before[0])
    expect(fs.writeSync).not.toBe(before[2])
    guarded.restore()
    const after = [Reflect.get(process.stdout, 'write'), Reflect.get(process.stdout, 'end'), fs.writeSync, fs.write]
    expect(after).toEqual(before)
  })
})
