import type { ContentBlock } from '../../protocol/index.ts'
import { hasFeature, NEWEST_REVISION, type Revision } from '../revisions.ts'

/** Says a piece of content in an earlier revision; what that has no block for becomes one that it has. */
export function expressContent(block: ContentBlock, revision: Revision): ContentBlock {
  if (revision === NEWEST_REVISION) return block
  return withoutLater(translate(block, revision), revision)
}

function translate(block: ContentBlock, revision: Revision): ContentBlock {
  if (block.type === 'audio' && !hasFeature(revision, 'audioContent')) {
    const { data, mimeType, annotations } = block
    // Sound is bytes like any other to a client that knows no sound.
    return { type: 'resource', resource: { uri: 'embedded:audio', mimeType, blob: data }, annotations }
  }
  if (block.type === 'resource_link' && !hasFeature(revision, 'resourceLinks')) {
    const { title, name, uri, description, annotations } = block
    const about = description === undefined ? '' : `: ${description}`
    return { type: 'text', text: `${title ?? name} <${uri}>${about}`, annotations }
  }
  return block
}

/** Members that came later, for clients that refuse what they do not know. */
function withoutLater(block: ContentBlock, revision: Revision): ContentBlock {
  const { _meta, ...bare } = block
  const { annotations } = bare
  const { lastModified: _, ...hints } = annotations ?? {}
  return {
    ...bare,
    ...(_meta !== undefined && hasFeature(revision, 'itemMeta') && { _meta }),
    ...(annotations !== undefined && !hasFeature(revision, 'lastModified') && { annotations: hints }),
    ...('icons' in bare && { icons: undefined }),
  }
}
