import { describe, expect, it } from 'vitest'
import { quoteForScript, windowsLaunch } from './windows-launch.ts'

const node = 'C:\\Program Files\\nodejs'
const files = new Set([`${node}\\npx.cmd`, `${node}\\node.exe`, 'C:\\tools\\run.bat', 'C:\\tools\\plain.ps1'])
const env = { Path: `"${node}";;C:\\tools`, SystemRoot: 'C:\\Windows' }
const launch = (file: string, args: readonly string[] = []) => windowsLaunch(file, args, env, (path) => files.has(path))

describe('starting a command on Windows', () => {
  it('runs a program without cmd.exe', () => {
    expect(launch('node', ['-e', '1 & 2'])).toEqual({ file: `${node}\\node.exe`, args: ['-e', '1 & 2'] })
    expect(launch('node.exe')).toEqual({ file: `${node}\\node.exe`, args: [] })
  })

  it('runs a script through cmd.exe, quoted', () => {
    expect(launch('npx', ['-y', 'a b'])).toEqual({
      file: 'C:\\Windows\\System32\\cmd.exe',
      args: ['/e:ON', '/v:OFF', '/d', '/s', '/c', `""${node}\\npx.cmd" "-y" "a b""`],
      verbatim: true,
    })
    expect(launch('C:\\tools\\run')).toMatchObject({ args: expect.arrayContaining(['""C:\\tools\\run.bat""']) })
  })

  it('leaves to the system what it does not find', () => {
    expect(launch('sing')).toEqual({ file: 'sing', args: [] })
    expect(launch('plain.ps1')).toEqual({ file: 'plain.ps1', args: [] })
  })

  it('never looks in the working folder', () => {
    const asked: string[] = []
    for (const PATH of ['', ';;', undefined]) {
      windowsLaunch('npx', [], { PATH }, (path) => {
        asked.push(path)
        return false
      })
    }
    expect(asked).toEqual([])
  })

  it('refuses a line that cmd.exe would cut', () => {
    expect(() => launch('npx', ['x'.repeat(9000)])).toThrow(/at most 8191/)
  })
})

describe('an argument of a script', () => {
  it.each([
    ['plain', '"plain"'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a & calc | x > y ^ (z)', '"a & calc | x > y ^ (z)"'],
    ['say "hi"', '"say ""hi"""'],
    ['" & calc & "', '""" & calc & """'],
    ['C:\\dir\\', '"C:\\dir\\\\"'],
    ['a\\"b', '"a\\\\""b"'],
    ['a\\b', '"a\\b"'],
    ['%PATH%', '"%%cd:~,%PATH%%cd:~,%"'],
    ['!x!', '"!x!"'],
    ['{"a":1}', '"{""a"":1}"'],
  ])('%s is quoted', (argument, quoted) => {
    expect(quoteForScript(argument)).toBe(quoted)
  })

  it.each(['a\nb', 'a\rb', 'a\0b'])('%j is refused', (argument) => {
    expect(() => quoteForScript(argument)).toThrow(TypeError)
  })
})
