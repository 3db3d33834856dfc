const controls = /[^\P{Cc}\n\t]/gu
const shortControls = /\p{Cc}+/gu

/** One line of at most `max` characters. Control characters become spaces, so that no terminal obeys them. */
export function clipLine(text: string, max = 200): string {
  return clip(text.replace(shortControls, ' '), max)
}

/** At most `max` characters; newlines and tabs stay, other control characters are shown as U+FFFD. */
export function clipText(text: string, max: number): string {
  return clip(text.replaceAll('\r\n', '\n').replace(controls, '\ufffd'), max)
}

function clip(text: string, max: number): string {
  if (text.length <= max) return text
  // A surrogate pair is not torn apart.
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
