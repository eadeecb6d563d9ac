/*
 * What only WebSocket needs of Node, loaded when it is first used: HTTP and TLS cost every other
 * program time and memory, and large messages over TCP up to half of their rate.
 */

export const http = (): typeof import('node:http') => process.getBuiltinModule('node:http')

export const https = (): typeof import('node:https') => process.getBuiltinModule('node:https')

export const tls = (): typeof import('node:tls') => process.getBuiltinModule('node:tls')

export const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

export const builtinModule = (): typeof import('node:module') =>
  process.getBuiltinModule('node:module')
