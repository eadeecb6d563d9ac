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
  /** The chunk belongs to the handler. */
  onData(chunk: Uint8Array): void
  /** Memory of the handler's that the next bytes belong in, if a stream can read straight into it. */
  target(): Uint8Array | undefined
  /** Frames come that are as large as reads usually are: larger reads pay. */
  readonly largeFrames: boolean
  /** So many bytes were read into what `target()` gave. */
  onFilled(count: number): void
  /** The backlog is gone. */
  onDrain(): void
  /** The peer has left: nothing more can be written. `onClose` follows. */
  onEnd(): void
  /** No more bytes will come: once, in the end. */
  onClose(error: Error | undefined): void
}
