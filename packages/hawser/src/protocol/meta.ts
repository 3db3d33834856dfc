import type { ClientCapabilities, Implementation } from './capabilities.ts'
import type { LoggingLevel } from './logging.ts'

/** The revision that this system speaks. */
export const PROTOCOL_VERSION = '2026-07-28'

/** Reserved `_meta` keys. (basic#meta) */
export const META = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
} as const

/** A JSON-RPC id: a string or an integer, never null. (basic#requests) */
export type RequestId = string | number

/** Opts a request into progress notifications. (basic/patterns/progress) */
export type ProgressToken = string | number

export interface Meta {
  readonly [key: string]: unknown
}

export interface RequestMeta extends Meta {
  readonly progressToken?: ProgressToken
  readonly 'io.modelcontextprotocol/protocolVersion'?: string
  readonly 'io.modelcontextprotocol/clientInfo'?: Implementation
  readonly 'io.modelcontextprotocol/clientCapabilities'?: ClientCapabilities
  readonly 'io.modelcontextprotocol/logLevel'?: LoggingLevel
  /** W3C Trace Context, carried without a prefix. (basic#meta, OpenTelemetry trace context) */
  readonly traceparent?: string
  readonly tracestate?: string
  readonly baggage?: string
}
