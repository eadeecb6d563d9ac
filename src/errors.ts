/**
 * The codes of every error that zerowire makes: libzmq's names.
 * `ERR_ZMTP_*` codes say in an event what a peer did wrong during the handshake, `ERR_ZAP_*` codes
 * what a ZAP handler (RFC 27) did wrong when it was asked about a peer.
 */
export type ErrorCode =
  | 'EAGAIN'
  | 'EACCES'
  | 'EFAULT'
  | 'EBUSY'
  | 'ENOENT'
  | 'EBADF'
  | 'ENODEV'
  | 'EINVAL'
  | 'EMFILE'
  | 'EPIPE'
  | 'ENAMETOOLONG'
  | 'EPROTO'
  | 'ENOTSOCK'
  | 'EMSGSIZE'
  | 'EPROTONOSUPPORT'
  | 'ENOTSUP'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'ECONNRESET'
  | 'ENOBUFS'
  | 'ETIMEDOUT'
  | 'ECONNREFUSED'
  | 'EHOSTUNREACH'
  | 'EFSM'
  | 'ENOCOMPATPROTO'
  | 'ETERM'
  | 'ERR_ZMTP_UNSPECIFIED'
  | 'ERR_ZMTP_UNEXPECTED_COMMAND'
  | 'ERR_ZMTP_INVALID_SEQUENCE'
  | 'ERR_ZMTP_KEY_EXCHANGE'
  | 'ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED'
  | 'ERR_ZMTP_MALFORMED_COMMAND_MESSAGE'
  | 'ERR_ZMTP_MALFORMED_COMMAND_HELLO'
  | 'ERR_ZMTP_MALFORMED_COMMAND_INITIATE'
  | 'ERR_ZMTP_MALFORMED_COMMAND_ERROR'
  | 'ERR_ZMTP_MALFORMED_COMMAND_READY'
  | 'ERR_ZMTP_MALFORMED_COMMAND_WELCOME'
  | 'ERR_ZMTP_INVALID_METADATA'
  | 'ERR_ZMTP_CRYPTOGRAPHIC'
  | 'ERR_ZMTP_MECHANISM_MISMATCH'
  | 'ERR_ZAP_UNSPECIFIED'
  | 'ERR_ZAP_MALFORMED_REPLY'
  | 'ERR_ZAP_BAD_REQUEST_ID'
  | 'ERR_ZAP_BAD_VERSION'
  | 'ERR_ZAP_INVALID_STATUS_CODE'
  | 'ERR_ZAP_INVALID_METADATA'

export const ZMTP = 'ZMTP protocol error'

type Meaning = readonly [errno: number, message: string]

/** libzmq's number on Linux, and its words, for each code that is made everywhere. Others are added by whoever makes them. */
const TABLE = {
  EAGAIN: [11, 'Operation was not possible or timed out'],
  EACCES: [13, 'Permission denied'],
  EFAULT: [14, 'Context is closed'],
  EBUSY: [16, 'Device or resource busy'],
  ENOENT: [2, 'No such endpoint'],
  EBADF: [9, 'Socket is closed'],
  EINVAL: [22, 'Invalid argument'],
  EMFILE: [24, 'Too many open file descriptors'],
  EPIPE: [32, 'Broken pipe'],
  EPROTO: [71, 'Protocol error'],
  ENOTSOCK: [88, 'Socket operation on non-socket'],
  EMSGSIZE: [90, 'Message too long'],
  EPROTONOSUPPORT: [93, 'Protocol not supported'],
  ENOTSUP: [95, 'Operation not supported'],
  EADDRINUSE: [98, 'Address already in use'],
  ECONNRESET: [104, 'Connection reset by peer'],
  ENOBUFS: [105, 'No buffer space available'],
  ETIMEDOUT: [110, 'Connection timed out'],
  ECONNREFUSED: [111, 'Connection refused'],
  EHOSTUNREACH: [113, 'Host unreachable'],
  EFSM: [156384763, 'Operation cannot be accomplished in current state'],
  ENOCOMPATPROTO: [156384764, 'The protocol is not compatible with the socket type'],
  ERR_ZMTP_UNSPECIFIED: [0x10000000, ZMTP],
  ERR_ZMTP_UNEXPECTED_COMMAND: [0x10000001, ZMTP],
  ERR_ZMTP_MALFORMED_COMMAND_ERROR: [0x10000015, ZMTP],
  ERR_ZMTP_INVALID_METADATA: [0x10000018, ZMTP],
  ERR_ZMTP_MECHANISM_MISMATCH: [0x11000002, ZMTP],
} as Partial<Record<ErrorCode, Meaning>> as Record<ErrorCode, Meaning>

/** Adds codes. To be called before there is an error with any of them. */
export function addErrors(codes: Partial<Record<ErrorCode, Meaning>>): void {
  Object.assign(TABLE, codes)
}

/** What {@link ZmqError} may say beyond its code. */
export interface ErrorDetails {
  /** Replaces the code's own message, which is libzmq's. */
  message?: string | undefined
  /** The endpoint the error is about; becomes `address`. */
  address?: string | undefined
  /** The fact, the value and what was expected; becomes `reason`. */
  reason?: string | undefined
  /** The error of the platform beneath, such as one of `node:net`. */
  cause?: unknown
  /** Of a refusal, as ZAP has it (RFC 27): 300, 400 or 500. */
  status?: Status | undefined
}

/** Why a peer is refused (RFC 27): for now, for its credentials, for an error of the server's. */
export type Status = 300 | 400 | 500

/**
 * The one error class. Match on `code`, never on the message.
 *
 * A caller's mistake is thrown or rejected at once. A peer's fault ends only that connection and
 * becomes an event, whose `error.reason` says what was wrong.
 */
export class ZmqError extends Error {
  /** libzmq's name of the error, such as `EAGAIN`, or `ERR_ZMTP_*` for a fault in a handshake. */
  readonly code: ErrorCode
  /** The number that libzmq uses for it on Linux. */
  readonly errno: number
  /** The endpoint concerned, where there is one. */
  declare readonly address?: string
  /** What exactly was wrong, where the code alone does not say it. */
  declare readonly reason?: string
  /** Of a refusal: 300 for a temporary error, 400 for wrong credentials, 500 for an internal error. */
  declare readonly status?: Status
  /**
   * Where the documentation says what to do about it, such as `docs/troubleshooting.md#eaddrinuse`; on the
   * prototype. In browsers it is there once `zerowire/extra` is loaded.
   */
  declare readonly help: string
  /** Messages that `sendMany()` had sent before it failed. */
  declare readonly sent?: number

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const [errno, message] = TABLE[code]
    super(details.message ?? message, details.cause === undefined ? {} : { cause: details.cause })
    this.name = 'ZmqError'
    this.code = code
    this.errno = errno
    if (details.address !== undefined) this.address = details.address
    if (details.reason !== undefined) this.reason = details.reason
    if (details.status !== undefined) this.status = details.status
  }

  /** The same error, saying how many messages were sent before it. */
  after(sent: number): this {
    Object.assign(this, { sent })
    return this
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(TABLE, code)
}

/** Turns an error of the platform (a Node system error, say) into ours, keeping its code where we know it. */
export function fromSystemError(
  cause: unknown,
  address?: string,
  fallback: ErrorCode = 'EINVAL',
): ZmqError {
  if (cause instanceof ZmqError) return cause
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown }
  return new ZmqError(isErrorCode(code) ? code : fallback, {
    address,
    reason: typeof message === 'string' ? message : String(cause),
    cause,
  })
}

/** Somebody does already what only so many may do at a time; in the reference's words. */
export function busy(who: string, doing: string, operation: string): ZmqError {
  const message = `${who} is busy ${doing}; only one ${operation} operation may be in progress at any time`
  return new ZmqError('EBUSY', { message })
}

/** A peer broke the protocol: ends its session, never reaches a caller. */
export function protocolError(reason: string, code: ErrorCode = 'EPROTO'): ZmqError {
  return new ZmqError(code, { reason })
}
