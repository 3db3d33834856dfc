/** The first `max` characters of a text, the last an ellipsis when some are left out. */
export function clip(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text
}
