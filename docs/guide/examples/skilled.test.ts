import { connect } from 'hawser/testing'
import { expect, it } from 'vitest'
import server from './skilled.ts'

it('lists skills of a folder and of the file, with all that clients need to check them', async () => {
  await using client = await connect(server)
  const { skills } = await client.request('skills/list', {})
  expect(skills.map(({ uri }) => uri)).toEqual(['skill://mooring/SKILL.md', 'skill://rules/night/SKILL.md'])
  expect(skills[0]?.frontmatter).toMatchObject({ name: 'mooring', metadata: { version: '1.2' } })
  expect(skills[0]?.resources[1]).toEqual({
    uri: 'skill://mooring/references/berths.md',
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    size: expect.any(Number),
  })
  expect((await client.read('skill://rules/night/SKILL.md')).contents).toMatchObject([
    { text: expect.stringContaining('No horns') },
  ])
})
