/** A label starts with a letter and ends with a letter or a digit; a name does so with either. */
const ID = /^[a-z]([a-z\d-]*[a-z\d])?(\.[a-z]([a-z\d-]*[a-z\d])?)*\/([a-z\d]([\w.-]*[a-z\d])?)?$/i

/** Whether text may identify an extension: a key of `_meta` with a prefix. (basic/versioning#extension-negotiation) */
export function isExtensionId(text: string): boolean {
  return ID.test(text)
}
