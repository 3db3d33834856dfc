/** Any value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type JsonValue = string | number | boolean | null | JsonObject | readonly JsonValue[]

export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** A JSON Schema, 2020-12 unless `$schema` says otherwise. (basic#json-schema-usage) */
export interface JsonSchema {
  readonly $schema?: string
  readonly [keyword: string]: unknown
}
