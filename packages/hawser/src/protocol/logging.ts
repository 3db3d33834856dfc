/** Syslog severities, least severe first. (server/utilities/logging, RFC 5424 §6.2.1) */
export const LOGGING_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const

export type LoggingLevel = (typeof LOGGING_LEVELS)[number]
