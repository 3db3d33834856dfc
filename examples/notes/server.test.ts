import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { command } from 'hawser/node'
import { connect } from 'hawser'
import { audit, memoryAudit, summarizeAudit } from 'hawser/audit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createNotes } from './create-notes.ts'
import { openNotes } from './store/open-notes.ts'

function start() {
  const store = openNotes(':memory:')
  onTestFinished(() => store[Symbol.dispose]())
  const sink = memoryAudit()
  const server = createNotes({ store, use: [audit({ sink, key: 'k'.repeat(32) })] })
  const as = (scopes: readonly string[]) =>
    connect(server, { as: { subject: 'ada', scopes }, answers: { elicit: () => ({ action: answer }) } })
  let answer: 'accept' | 'decline' = 'accept'
  const decline = () => (answer = 'decline')
  return { server, as, sink, decline }
}

describe('the notes server', () => {
  it('writes, finds and reads notes', async () => {
    const notes = await start().as(['notes:write'])
    const { id } = await notes.tools.save_note({ title: 'Tides', text: 'High water at seven.' })
    expect(await notes.tools.search_notes({ words: 'water' })).toEqual({
      notes: [{ id, title: 'Tides', excerpt: 'High water at seven.', changed: expect.any(String) }],
    })
    expect((await notes.tools.search_notes({})).notes).toHaveLength(1)
    expect(await notes.tools.read_note({ id })).toBe('# Tides\n\nHigh water at seven.')
    expect(await notes.resources.note({ id })).toBe('# Tides\n\nHigh water at seven.')
    expect(await notes.listResources()).toMatchObject([{ uri: `note://${id}`, name: 'Tides' }])
    await notes.tools.save_note({ id, title: 'Tides', text: 'At eight.' })
    expect(await notes.tools.read_note({ id })).toBe('# Tides\n\nAt eight.')
    await expect(notes.tools.save_note({ id: 'none', title: 'x', text: 'y' })).rejects.toThrow(
      'There is no note "none"',
    )
    await expect(notes.tools.read_note({ id: 'none' })).rejects.toThrow('Find it with search_notes.')
  })

  it('changes nothing for who may only read, and the audit says so', async () => {
    const { as, server, sink } = start()
    const reader = await as(['notes:read'])
    await expect(reader.tools.save_note({ title: 'x', text: 'y' })).rejects.toMatchObject({
      data: { requiredScopes: ['notes:write'] },
    })
    expect(await reader.tools.search_notes({})).toEqual({ notes: [] })
    await expect((await as([])).tools.search_notes({})).rejects.toMatchObject({ code: 'forbidden' })
    await server.close()
    expect(await summarizeAudit(sink)).toMatchObject({
      used: [{ who: 'ada', scope: 'notes:read', calls: 1, items: ['search_notes'] }],
      refused: [
        { item: 'save_note', missing: ['notes:write'] },
        { item: 'search_notes', missing: ['notes:read'] },
      ],
    })
  })

  it('asks before it deletes', async () => {
    const { as, decline } = start()
    const notes = await as(['notes:write'])
    const { id } = await notes.tools.save_note({ title: 'Tides', text: 'x' })
    decline()
    await expect(notes.tools.delete_notes({ ids: [id], titles: 'Tides' })).rejects.toThrow()
    expect(await notes.tools.read_note({ id })).toContain('Tides')
  })

  it('deletes when the person agrees', async () => {
    const notes = await start().as(['notes:write'])
    const { id } = await notes.tools.save_note({ title: 'Tides', text: 'x' })
    expect(await notes.tools.delete_notes({ ids: [id, 'none'], titles: 'Tides' })).toBe('Deleted 1. 1 were not there.')
    await expect(notes.tools.delete_notes({ ids: [id], titles: 'Tides' })).rejects.toThrow(
      'None of these notes is there',
    )
    await expect(notes.resources.note({ id })).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('tells who listens what changed', async () => {
    const notes = await start().as(['notes:write'])
    const { id } = await notes.tools.save_note({ title: 'Tides', text: 'x' })
    const changes = await notes.listen({ resourceSubscriptions: [`note://${id}`], resourcesListChanged: true })
    await notes.tools.save_note({ id, title: 'Tides', text: 'y' })
    const seen: string[] = []
    for await (const change of changes) {
      seen.push(change.kind === 'resource' ? change.uri : change.kind)
      if (seen.length === 2) break
    }
    expect(seen).toEqual([`note://${id}`, 'resources'])
  })
})

describe('the notes server as a program', () => {
  it('imports a folder, and serves the local user over stdio', { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'notes-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'tides.md'), '# Tides\n\nHigh water at seven.')
    const file = join(import.meta.dirname, 'stdio.ts')
    const args = [
      '--conditions=hawser-source',
      '--no-warnings',
      file,
      '--db',
      join(folder, 'notes.db'),
      '--import',
      folder,
    ]
    await using notes = await connect(command(process.execPath, args))
    const { structuredContent } = await notes.call('search_notes', { words: 'water' })
    expect(structuredContent).toMatchObject({ notes: [{ title: 'Tides' }] })
  })

  it('says on standard error what became of the folder', { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'notes-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'tides.md'), '# Tides')
    const file = join(import.meta.dirname, 'server.ts')
    const args = ['--conditions=hawser-source', '--no-warnings', file, '--db', ':memory:', '--import', folder]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, error] = ['', '']
    child.stdout.on('data', (chunk) => (out += String(chunk)))
    child.stderr.on('data', (chunk) => (error += String(chunk)))
    await new Promise((resolve) => child.on('close', resolve))
    expect({ out, error }).toEqual({ out: '', error: 'notes: 1 new, 0 changed, 0 as they were, 0 left out.\n' })
  })
})
