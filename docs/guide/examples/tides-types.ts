/** Types of the server tides 1.0.0, written by hawser types. Write them anew rather than changing them. */

/** Exists for the compiler only: `connect<typeof import(…)>(url)` reads it. */
export declare const server: {
  readonly '~parts'?: {
    readonly tools: {
      /** Record the water level at a station. */
      readonly record: {
        readonly '~input'?: {
          readonly station: string
          readonly metres: number
        }
        readonly '~output'?: string
      }
    }
    readonly resources: {
      /** The water level at a station, in m or ft. */
      readonly cuxhaven: {
        readonly '~variables'?: {}
      }
      /** The water level at a station, in m or ft. */
      readonly level: {
        readonly '~variables'?: { readonly station: string; readonly unit?: string }
      }
      /** How levels are measured. */
      readonly rules: {
        readonly '~variables'?: {}
      }
      /** The water level at a station, in m or ft. */
      readonly 'st. pauli': {
        readonly '~variables'?: {}
      }
    }
    readonly prompts: {}
  }
}

/** How each tool was defined; `expectTools(fingerprints)` of hawser/interceptors notices when that has changed. */
export const fingerprints = '{"record":"ca8f1a881d899758c253462b4f01ce620517e9dd0db071697442eced48a658d5"}'
