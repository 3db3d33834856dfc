import { mcp } from 'hawser'
import { skills } from 'hawser/skills'

/** Skills as the official suite looks for them: the first has a folder of its own. */
const kit = mcp({ name: 'skills', version: '1.0.0', log: () => {} })

export default kit.server({
  resources: { about: kit.resource({ uri: 'test://about', description: 'What this is.', read: () => 'Skills.' }) },
  use: [
    skills({
      'pdf-processing': {
        description: 'Extract, fill and assemble PDF documents.',
        license: 'Apache-2.0',
        metadata: { version: '2.1.0' },
        body: '# PDF processing\n\nChoose a template from templates/.',
        files: { 'references/FORMS.md': '# Forms\n', 'templates/regional/eu.md': '# Invoice\n' },
      },
      'acme/billing/refunds': '---\nname: refunds\ndescription: Refund an order.\n---\n\n# Refunds\n',
    }),
  ],
})
