/** Keeps one secret with the operating system. */
export interface Keychain {
  /** `undefined` when there is none; rejects when the keychain cannot be reached. */
  readonly get: () => Promise<string | undefined>
  readonly set: (secret: string) => Promise<void>
}

/** The keychain of the operating system by `@napi-rs/keyring`; `undefined` where that is not installed or finds none. */
export async function loadKeychain(): Promise<Keychain | undefined> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring')
    // On Linux only the secret service lasts longer than the machine runs.
    const entry = new AsyncEntry('hawser', 'credentials', { linux: { store: 'secret-service' } })
    return {
      get: async () => (await entry.getPassword()) ?? undefined,
      set: (secret) => entry.setPassword(secret),
    }
  } catch {
    return undefined
  }
}
