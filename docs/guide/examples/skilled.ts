import { mcp } from 'hawser'
import { readSkills } from 'hawser/node'
import { skills } from 'hawser/skills'

const harbour = mcp({ name: 'harbour', version: '1.0.0', instructions: 'Load the skill mooring before you moor.' })

const berths = harbour.tool({ description: 'List the berths.', effect: 'read', run: () => 'A1, B1' })

const written = skills({
  ...readSkills(new URL('./skills', import.meta.url)), // every folder with a SKILL.md
  'rules/night': {
    description: 'What is forbidden in the harbour at night.',
    body: '# At night\n\nNo horns, and no lights but those of the ship.',
  },
})

export default harbour.server({ tools: { berths }, use: [written] })
