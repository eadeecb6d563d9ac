/** What a session needs of a connected stream of bytes, such as a TCP socket. */
export interface ByteStream {
  /** Bytes given to `write()` that the system has not taken yet. */
  readonly backlog: number
  /** Whom the bytes go to; the stream starts to flow. Called once. */
  attach(handler: ByteStreamHandler): void
  /** Writes chunks in order, in one call to the system if it can. They must not change until the backlog is gone. */
  write(chunks: readonly Uint8Array[]): void
  pause(): void
  resume(): void
  /** Says goodbye after everything was written; `onClose` follows when the peer has left as well. */
  end(): void
  /** Lets go at once; `onClose` follows. */
  destroy(): void
}

/** Where the bytes go. */
export interface ByteStreamHandler {
  onData(chunk: Uint8Array): void
  /** The backlog is gone. */
  onDrain(): void
  /** No more bytes will come: once, in the end. */
  onClose(error: Error | undefined): void
}
