import { ZmqError } from './errors.js'

/** An address as sockets take it: `scheme://address`. */
export interface Endpoint {
  readonly scheme: string
  readonly address: string
  /** The whole as it was given. */
  readonly text: string
}

/** A host and a port as transports take them; port 0 lets the system choose. */
export interface HostPort {
  /** `*`, a name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string
  readonly port: number
}

/** Where a connection goes, and the local address it starts from, if one was given. */
export interface Route extends HostPort {
  readonly source?: HostPort
}

const LONGEST_NAME = 1024

/** @throws ZmqError `EINVAL` when there is no `scheme://` or nothing behind it. */
export function parseEndpoint(text: string): Endpoint {
  const at = text.indexOf('://')
  if (at <= 0 || at + 3 === text.length || text.length > LONGEST_NAME) {
    throw malformed(text, 'expected scheme://address, such as tcp://127.0.0.1:5555')
  }
  return { scheme: text.slice(0, at), address: text.slice(at + 3), text }
}

/** The address of a listener: the port may be `*` or 0. */
export function parseBindAddress({ address, text }: Endpoint): HostPort {
  return parseHostPort(address, text, true)
}

/** The address of a peer, with an optional source before a semicolon: `tcp://source:port;host:port`. */
export function parseRoute({ address, text }: Endpoint): Route {
  const at = address.indexOf(';')
  if (at < 0) return parseHostPort(address, text, false)
  return {
    ...parseHostPort(address.slice(at + 1), text, false),
    source: parseHostPort(address.slice(0, at), text, true),
  }
}

/** Where a WebSocket goes or is waited for. */
export interface WebAddress extends HostPort {
  /** From the slash on; `/` where none was given. */
  readonly path: string
}

/**
 * `host:port/path` of a listener: the port may be `*` or 0.
 * @param elsewhere somebody else listens: only the path matters.
 */
export function parseWebBind({ address, text }: Endpoint, elsewhere = false): WebAddress {
  const [authority, path] = splitPath(address, text)
  if (path.includes('?')) throw malformed(text, 'a listener waits at a path, whatever the query')
  if (elsewhere) return { host: '*', port: 0, path }
  return { ...parseHostPort(authority, text, true), path }
}

/** `host:port/path` of a peer; without a port it is the one of HTTP. */
export function parseWebRoute({ scheme, address, text }: Endpoint): WebAddress {
  const [authority, path] = splitPath(address, text)
  const explicit = authority.lastIndexOf(':') > authority.lastIndexOf(']')
  const whole = explicit ? authority : `${authority}:${scheme === 'wss' ? '443' : '80'}`
  return { ...parseHostPort(whole, text, false), path }
}

function splitPath(address: string, text: string): [authority: string, path: string] {
  const slash = address.indexOf('/')
  if (slash < 0) return [address, '/']
  const path = address.slice(slash)
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (code <= 32 || code > 126 || path[i] === '#') {
      throw malformed(text, 'a path is made of what a URL may hold, the rest percent-encoded')
    }
  }
  return [address.slice(0, slash), path]
}

function parseHostPort(address: string, text: string, listening: boolean): HostPort {
  const colon = address.lastIndexOf(':')
  if (colon <= 0) throw malformed(text, 'expected host:port')
  return {
    host: parseHost(address.slice(0, colon), text, listening),
    port: parsePort(address.slice(colon + 1), text, listening),
  }
}

function parseHost(host: string, text: string, listening: boolean): string {
  if (host === '[]') throw malformed(text, 'the brackets hold no address')
  const bracketed = host.startsWith('[') && host.endsWith(']')
  const name = bracketed ? host.slice(1, -1) : host
  if (name === '*' && !listening) throw malformed(text, 'a peer to connect to needs a host, not *')
  if ((name.includes(':') && !bracketed) || /[/ ;[\]]/.test(name)) {
    throw malformed(text, 'expected a host name, an IPv4 address or [an IPv6 address]')
  }
  return name
}

function parsePort(port: string, text: string, listening: boolean): number {
  if (port === '*' && listening) return 0
  const digits = port.length > 0 && port.length <= 5 && isDigits(port)
  const number = digits ? Number(port) : NaN
  if (number <= 65535 && (number > 0 || listening)) return number
  throw malformed(
    text,
    listening ? 'expected a port of 0 to 65535, or *' : 'expected a port of 1 to 65535',
  )
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}

/** `tcp://host:port`, an IPv6 address in its brackets. */
export function formatHostPort(scheme: string, host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`
}

/** @internal */
export function malformed(address: string, reason: string): ZmqError {
  return new ZmqError('EINVAL', { address, reason })
}
