import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { importFolder } from './import-folder.ts'
import { openNotes } from './open-notes.ts'

function open() {
  const store = openNotes(':memory:')
  onTestFinished(() => store[Symbol.dispose]())
  return store
}

describe('a store of notes', () => {
  it('finds what has all the words, by their beginnings, best first', () => {
    const store = open()
    const tides = store.save('ada', { title: 'Tide tables', text: 'High water in Cuxhaven at seven.' })
    const log = store.save('ada', { title: 'Log', text: 'The tide was late. Größe der Flut: 3 m.' })
    const idsOf = (words: string) => store.search('ada', words, 9).map(({ id }) => id)
    expect(idsOf('tid')).toEqual([tides?.id, log?.id])
    expect(idsOf('LATE tide')).toEqual([log?.id])
    expect(idsOf('grosse')).toEqual([])
    expect(idsOf('größ')).toEqual([log?.id])
    expect(idsOf('grö')).toEqual([log?.id])
    expect(idsOf('mooring')).toEqual([])
    expect(store.search('ada', 'cuxhaven', 9)[0]?.excerpt).toBe('High water in Cuxhaven at seven.')
  })

  it('follows what is changed and deleted', () => {
    const store = open()
    const note = store.save('ada', { title: 'A', text: 'mooring' })
    store.save('ada', { title: 'A', text: 'anchor' }, note?.id)
    expect(store.search('ada', 'mooring', 9)).toEqual([])
    expect(store.search('ada', 'anchor', 9)).toHaveLength(1)
    expect(store.remove('ada', [note!.id, 'none'])).toEqual([note?.id])
    expect(store.search('ada', 'anchor', 9)).toEqual([])
  })

  it('shows nobody the notes of somebody else', () => {
    const store = open()
    const note = store.save('ada', { title: 'Secret', text: 'canary' })!
    expect(store.search('eve', 'canary', 9)).toEqual([])
    expect(store.recent('eve', 9)).toEqual([])
    expect(store.read('eve', note.id)).toBeUndefined()
    expect(store.save('eve', { title: 'Mine', text: 'now' }, note.id)).toBeUndefined()
    expect(store.remove('eve', [note.id])).toEqual([])
    expect(store.read('ada', note.id)).toMatchObject({ title: 'Secret', text: 'canary' })
  })

  it('searches for whatever is typed, and takes none of it for its own language', () => {
    const store = open()
    store.save('ada', { title: 'A', text: 'x' })
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', 'OR', 'title:x', 'x*', '-x', 'NEAR(x)', '^x', "'"),
    )
    fc.assert(
      fc.property(fc.array(words), (typed) => {
        expect(Array.isArray(store.search('ada', typed.join(' '), 9))).toBe(true)
      }),
    )
  })
})

describe('a folder of Markdown files', () => {
  it('becomes notes, once, and again only where it changed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'notes-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'sea/.hidden'), { recursive: true })
    const write = (path: string, text: string) => writeFileSync(join(folder, path), text)
    write('tides.md', '---\nx: 1\n---\n# Tide tables #\n\nAt seven.')
    write('sea/log.markdown', 'Nothing happened.')
    write('sea/.hidden/secret.md', 'canary')
    write('sea/picture.png', 'canary')
    write('empty.md', ' \n')
    write('huge.md', 'x'.repeat(200_001))
    symlinkSync(join(folder, 'tides.md'), join(folder, 'link.md'))
    const store = open()
    expect(importFolder(store, 'ada', folder)).toEqual({
      added: 2,
      changed: 0,
      same: 0,
      skipped: ['empty.md holds no text.', 'huge.md is larger than 200000 bytes.'],
    })
    expect(store.recent('ada', 9).map(({ title }) => title)).toEqual(['Tide tables', 'log'])
    write('sea/log.markdown', '## A storm\n\nAt last.')
    expect(importFolder(store, 'ada', folder)).toMatchObject({ added: 0, changed: 1, same: 1 })
    expect(store.search('ada', 'storm', 9).map(({ title }) => title)).toEqual(['A storm'])
    expect(store.search('ada', 'canary', 9)).toEqual([])
    expect(() => importFolder(store, 'ada', join(folder, 'none'))).toThrow('ENOENT')
  })
})
