import { isIPv4, isIPv6, type Socket } from 'node:net'
import { malformed, parseRoute, type HostPort } from '../endpoint.js'
import { fromSystemError, protocolError, ZmqError, type ErrorCode } from '../errors.js'
import type { TransportOptions } from '../transport/transport.js'
import { deferred, type Deferred } from '../util/deferred.js'
import { startTimer } from '../util/timer.js'

/*
 * SOCKS 5 (RFC 1928) with a name and password (RFC 1929): a proxy is asked to connect, and names are
 * its business.
 */
const VERSION = 5
const CONNECT = 1
const [IPV4, NAME, IPV6] = [1, 3, 4]
const [NO_AUTHENTICATION, PASSWORD] = [0, 2]
const PASSWORD_VERSION = 1
const LONGEST_NAME = 255

/** What a proxy gives as the reason why not. */
const REFUSALS: Readonly<Record<number, readonly [code: ErrorCode, reason: string]>> = {
  1: ['EPROTO', 'general failure'],
  2: ['EACCES', 'not allowed by its rules'],
  3: ['EHOSTUNREACH', 'network unreachable'],
  4: ['EHOSTUNREACH', 'host unreachable'],
  5: ['ECONNREFUSED', 'connection refused'],
  6: ['ETIMEDOUT', 'TTL expired'],
  7: ['EPROTONOSUPPORT', 'command not supported'],
  8: ['EPROTONOSUPPORT', 'address type not supported'],
}

/** Where the proxy is, if there is one. @throws ZmqError `EINVAL` when that is no `host:port`. */
export function proxyOf({
  socksProxy,
}: Pick<TransportOptions, 'socksProxy'>): HostPort | undefined {
  if (socksProxy === null || socksProxy === '') return undefined
  try {
    return parseRoute({ scheme: 'tcp', address: socksProxy, text: socksProxy })
  } catch {
    throw malformed(socksProxy, `socksProxy is host:port, not ${JSON.stringify(socksProxy)}`)
  }
}

/** Asks the proxy that the socket is connected to for a connection. What it sends then is left to be read. */
export async function openTunnel(
  socket: Socket,
  target: HostPort,
  options: TransportOptions,
  text: string,
): Promise<void> {
  const limit = options.connectTimeout > 0 ? options.connectTimeout : options.handshakeInterval
  const replies = new Replies(socket)
  const late = (): void => {
    const reason = `the proxy did not connect within ${String(limit)} ms`
    replies.fail(new ZmqError('ETIMEDOUT', { address: text, reason }))
  }
  const timer = limit > 0 ? startTimer(limit, late) : undefined
  try {
    const { socksUsername, socksPassword } = options
    const method = (socksUsername ?? '') === '' ? NO_AUTHENTICATION : PASSWORD
    socket.write(Buffer.of(VERSION, 1, method))
    const [version, chosen] = await replies.take(2)
    if (version !== VERSION) throw protocolError('the proxy does not speak SOCKS 5')
    if (chosen !== method) {
      throw new ZmqError('EACCES', { reason: 'the proxy wants another way to authenticate' })
    }
    if (method === PASSWORD) {
      const [name, password] = [sized(socksUsername ?? ''), sized(socksPassword ?? '')]
      socket.write(Buffer.concat([Buffer.of(PASSWORD_VERSION), name, password]))
      const [, refused] = await replies.take(2)
      if (refused !== 0) {
        throw new ZmqError('EACCES', {
          reason: 'the proxy refuses socksUsername and socksPassword',
        })
      }
    }
    socket.write(request(target))
    const [again, refusal = 0, , kind] = await replies.take(4)
    if (again !== VERSION) throw protocolError('the proxy does not speak SOCKS 5')
    if (refusal !== 0) {
      const [code, reason] = REFUSALS[refusal] ?? ['EPROTO', `reason ${String(refusal)}`]
      throw new ZmqError(code, { reason: `the proxy does not connect: ${reason}` })
    }
    // The address that the proxy connects from, and its port.
    await replies.take((await addressSize(kind, replies)) + 2)
  } catch (error) {
    throw fromSystemError(error, text, 'EPROTO')
  } finally {
    timer?.cancel()
    replies.release()
  }
}

async function addressSize(kind: number | undefined, replies: Replies): Promise<number> {
  if (kind === IPV4) return 4
  if (kind === IPV6) return 16
  if (kind === NAME) return (await replies.take(1))[0] ?? 0
  throw protocolError(`the proxy answers with an address of type ${String(kind)}`)
}

function request({ host, port }: HostPort): Buffer {
  const ending = Buffer.alloc(2)
  ending.writeUInt16BE(port)
  return Buffer.concat([Buffer.of(VERSION, CONNECT, 0), address(host), ending])
}

function address(host: string): Buffer {
  if (isIPv4(host)) return Buffer.of(IPV4, ...host.split('.').map(Number))
  if (isIPv6(host) && !host.includes('%')) return Buffer.of(IPV6, ...ipv6Bytes(host))
  return Buffer.concat([Buffer.of(NAME), sized(host)])
}

function ipv6Bytes(host: string): number[] {
  // In this form there are no dots, and no more than one `::`.
  const plain = new URL(`http://[${host}]`).hostname.slice(1, -1)
  const [head = [], tail = []] = plain
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const gap = new Array<string>(8 - head.length - tail.length).fill('0')
  return [...head, ...gap, ...tail].flatMap((group) => {
    const number = Number.parseInt(group, 16)
    return [number >> 8, number & 0xff]
  })
}

/** After its length, in a byte. */
function sized(value: string): Buffer {
  const bytes = Buffer.from(value)
  if (bytes.length <= LONGEST_NAME) return Buffer.concat([Buffer.of(bytes.length), bytes])
  const reason = `SOCKS 5 takes ${String(LONGEST_NAME)} bytes at most, not ${String(bytes.length)}`
  throw new ZmqError('EINVAL', { reason })
}

/** What the proxy says, piece by piece. */
class Replies {
  readonly #socket: Socket
  #unread: Buffer = Buffer.alloc(0)
  #wanted: (Deferred<Buffer> & { readonly count: number }) | undefined
  #failure: ZmqError | undefined
  readonly #onData = (chunk: Buffer): void => {
    this.#unread = Buffer.concat([this.#unread, chunk])
    this.#serve()
  }
  readonly #onEnd = (): void => {
    this.fail(new ZmqError('ECONNRESET', { reason: 'the proxy has closed the connection' }))
  }

  constructor(socket: Socket) {
    this.#socket = socket
    if (socket.destroyed) this.#onEnd()
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd).resume()
  }

  take(count: number): Promise<Buffer> {
    const wanted = { ...deferred<Buffer>(), count }
    this.#wanted = wanted
    this.#serve()
    return wanted.promise
  }

  fail(error: ZmqError): void {
    this.#failure ??= error
    this.#serve()
  }

  /** What has not been taken is left in the socket. */
  release(): void {
    const socket = this.#socket
    socket.pause()
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd)
    if (this.#unread.length > 0 && !socket.destroyed) socket.unshift(this.#unread)
  }

  #serve(): void {
    const wanted = this.#wanted
    if (wanted === undefined) return
    if (this.#unread.length >= wanted.count) {
      this.#wanted = undefined
      wanted.resolve(this.#unread.subarray(0, wanted.count))
      this.#unread = this.#unread.subarray(wanted.count)
    } else if (this.#failure !== undefined) wanted.reject(this.#failure)
  }
}
