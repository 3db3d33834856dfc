import { needs, ProtocolError, ToolError } from 'hawser'
import type { ReadFile } from '../git/read-file.ts'
import type { History } from '../history.ts'
import { completePath, completeRef } from '../complete.ts'

const { resource } = needs<{ history: History }>()

/** The most that one resource holds. (bytes) */
const MOST_BYTES = 1024 * 1024

/** The address of a file at a point; slashes of the path stay, all else that means something in a URI is encoded. */
export function fileUri(ref: string, path: string): string {
  return `git://${encodeURIComponent(ref)}/${path.split('/').map(encodeURIComponent).join('/')}`
}

export const file = resource({
  uri: 'git://{ref}/{+path}',
  title: 'A file at a commit',
  description:
    'A file or folder of the repository at a branch, tag or commit, e.g. git://HEAD/README.md or git://v1.2/src. ' +
    'A slash in the name of a branch is written %2F.',
  read: async ({ ref, path }, { history, signal }) => {
    const uri = fileUri(ref, path)
    try {
      return toContents(uri, await history.readFile({ ref, path, maxBytes: MOST_BYTES }, signal))
    } catch (error) {
      throw error instanceof ToolError ? new ProtocolError('invalid_params', error.message, { data: { uri } }) : error
    }
  },
  list: async ({ history, signal }) => {
    const { entries } = await history.listFiles({}, signal)
    return entries
      .filter(({ kind }) => kind === 'file' || kind === 'directory')
      .map(({ path, kind, size }) => ({
        uri: fileUri('HEAD', path),
        name: path,
        title: kind === 'directory' ? `${path}/` : path,
        description: undefined,
        size,
      }))
  },
  complete: { ref: completeRef, path: completePath },
})

function toContents(uri: string, found: ReadFile) {
  switch (found.kind) {
    case 'text':
      // A part that looks like the whole would mislead.
      if (found.nextLine !== undefined) throw tooLarge(uri, found.size)
      return { uri, mimeType: found.mediaType, text: found.text }
    case 'binary':
      if (found.base64 === undefined) throw tooLarge(uri, found.size)
      return { uri, mimeType: found.mediaType, blob: found.base64 }
    case 'symlink':
      return { uri, mimeType: 'text/plain', text: `symbolic link to ${found.target}` }
    case 'submodule':
      return { uri, mimeType: 'text/plain', text: `submodule at commit ${found.commit}` }
    case 'directory':
      return {
        uri,
        mimeType: 'text/plain',
        text: found.entries.map(({ path, kind }) => (kind === 'directory' ? `${path}/` : path)).join('\n'),
      }
  }
}

function tooLarge(uri: string, size: number): ProtocolError {
  const message = `The file has ${size} bytes; a resource gives ${MOST_BYTES} at most. Read parts with browse_files.`
  return new ProtocolError('invalid_params', message, { data: { uri } })
}
