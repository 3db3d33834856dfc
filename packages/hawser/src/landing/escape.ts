const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Makes any text safe between tags and inside quoted attributes. (HTML §13.1.2.3) */
export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
