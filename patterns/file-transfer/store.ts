/** Why a transfer failed: names as POSIX has them. */
export type TransferErrorCode =
  /** The server has nothing of this name. */
  | 'ENOENT'
  /** The server does not give this away, whether or not it has it. */
  | 'EACCES'
  /** The server does not understand what it was asked. */
  | 'EINVAL'
  /** The server could not read it. */
  | 'EIO'
  /** It kept changing while it was read. */
  | 'ESTALE'
  /** What arrived is not what was sent. */
  | 'EBADMSG'
  /** The server broke the protocol. */
  | 'EPROTO'
  /** It is larger than this side takes. */
  | 'EFBIG'
  /** The connection broke. */
  | 'ECONNRESET'
  /** The server was silent. */
  | 'ETIMEDOUT'
  /** The client was closed. */
  | 'ECANCELED'

/** A transfer that failed. What has arrived stays in the sink, where another one goes on. */
export class TransferError extends Error {
  /** What to decide by; the message is for people. */
  readonly code: TransferErrorCode

  constructor(code: TransferErrorCode, message: string) {
    super(message)
    this.name = 'TransferError'
    this.code = code
  }
}

/** Bytes to send, open for reading. */
export interface Source {
  /** How many bytes there are. */
  readonly size: number
  /** 1 to 64 bytes of text that are others when the content may be another one. */
  readonly version: string
  /**
   * The bytes from `offset` on, exactly `length` of them.
   * @throws TransferError `ESTALE` when they are no longer those of this version.
   */
  read(offset: number, length: number): Promise<Uint8Array>
  /**
   * SHA-256 of the first `length` bytes.
   * @param signal ends the work, which may be long.
   * @throws TransferError `ESTALE` as `read()`.
   */
  digest(length: number, signal: AbortSignal): Promise<Uint8Array>
  /** Lets go of what it holds. */
  close(): Promise<void>
}

/** Where a server finds sources by their names. */
export interface Store {
  /**
   * Opens a source. It is asked anew for each chunk, so that the server keeps nothing of its clients.
   * @param name whatever the client has sent: up to 4096 bytes that nobody has checked.
   * @throws TransferError `ENOENT` or `EACCES`; other errors become `EIO` for the client.
   */
  open(name: string): Promise<Source>
}

/** Where a client puts what arrives. Only one transfer at a time may use it. */
export interface Sink {
  /** How many bytes are there; those of a transfer that was broken off are kept. */
  readonly size: number
  /** Adds bytes at the end, which the sink may keep. */
  write(bytes: Uint8Array): Promise<void>
  /** SHA-256 of all that is there. */
  digest(): Promise<Uint8Array>
  /** Throws away what is there. */
  clear(): Promise<void>
  /** All has arrived and is right. */
  commit(): Promise<void>
}
