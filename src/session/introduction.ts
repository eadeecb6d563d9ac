import type { ByteStream } from './byte-stream.js'
import type { Handshake, HandshakeResult, Progress } from './dialect.js'
import type { Writer } from './writer.js'

/** Whom the end of a handshake concerns. */
interface Introduced {
  agreed(result: HandshakeResult): void
  failed(error: unknown): void
}

/**
 * Leads a handshake over a stream to its end. While it waits for somebody else than the peer, the peer
 * is not listened to: it may say no more than what is on its way.
 */
export class Introduction {
  readonly #handshake: Handshake
  readonly #stream: ByteStream
  readonly #writer: Writer
  readonly #host: Introduced
  #over = false

  constructor(handshake: Handshake, stream: ByteStream, writer: Writer, host: Introduced) {
    this.#handshake = handshake
    this.#stream = stream
    this.#writer = writer
    this.#host = host
  }

  begin(): void {
    this.#advance(() => this.#handshake.result ?? this.#handshake.begin?.())
  }

  /** @throws ZmqError what the peer did wrong. */
  receive(chunk: Uint8Array): void {
    this.#advance(() => this.#handshake.receive(chunk))
  }

  /** Whatever it waits for no longer matters. */
  stop(): void {
    this.#over = true
    this.#handshake.end?.()
  }

  #advance(step: () => Progress<HandshakeResult>): void {
    let progress: Progress<HandshakeResult>
    try {
      progress = step()
    } finally {
      // Our greeting goes out even when we are about to leave, so that nobody waits for it (RFC 37).
      this.#write()
    }
    if (progress instanceof Promise) this.#wait(progress)
    else this.#proceed(progress)
  }

  #wait(progress: Promise<HandshakeResult | undefined>): void {
    this.#stream.pause()
    const goOn = (then: () => void): void => {
      if (this.#over) return
      this.#write()
      this.#stream.resume()
      if (!this.#over) then()
    }
    progress.then(
      (result) => {
        goOn(() => {
          this.#proceed(result)
        })
      },
      (error: unknown) => {
        goOn(() => {
          this.#host.failed(error)
        })
      },
    )
  }

  #write(): void {
    if (this.#writer.encoder.bytes > 0) this.#writer.write()
  }

  #proceed(result: HandshakeResult | undefined): void {
    if (result === undefined) return
    this.#over = true
    this.#host.agreed(result)
  }
}
