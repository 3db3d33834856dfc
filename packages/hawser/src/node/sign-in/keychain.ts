/** Keeps one secret with the operating system. */
export interface Keychain {
  /** `undefined` when there is none; rejects when the keychain cannot be reached. */
  readonly get: () => Promise<string | undefined>
  readonly set: (secret: string) => Promise<void>
}

/** The keychain of the operating system by `@napi-rs/keyring`, where that is installed. */
export async function loadKeychain(): Promise<Keychain | undefined> {
  const library = await import('@napi-rs/keyring').catch(() => undefined)
  if (library === undefined) return undefined
  // On Linux only the secret service lasts longer than the machine runs.
  const entry = new library.AsyncEntry('hawser', 'credentials', { linux: { store: 'secret-service' } })
  return {
    get: async () => (await entry.getPassword()) ?? undefined,
    set: (secret) => entry.setPassword(secret),
  }
}
