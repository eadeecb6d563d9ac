import { RawPeer, type RawListener } from './raw-peer.js'
import { KEY, upgradeRequest, upgradeResponse, zwsCommand, type Headers } from './web-handshake.js'
import { takeWebSocketFrame, type WebSocketFrame } from './websocket-frames.js'
import { ready } from './wire.js'

const END_OF_HEAD = '\r\n\r\n'

/** A peer at the other end of a WebSocket that says only what a test tells it to. */
export class WebPeer {
  readonly raw: RawPeer
  /** What its own frames are masked with: only clients mask. */
  readonly key: Buffer | undefined

  private constructor(raw: RawPeer, key: Buffer | undefined) {
    this.raw = raw
    this.key = key
  }

  /** That side of a connection on which nothing has been said yet. */
  static over(raw: RawPeer, side: 'client' | 'server'): WebPeer {
    return new WebPeer(raw, side === 'client' ? KEY : undefined)
  }

  /** A client that has not asked for anything yet. */
  static async connect(address: string): Promise<WebPeer> {
    return WebPeer.over(await RawPeer.connect(address), 'client')
  }

  /** The next client of a listener, which has not been answered yet. */
  static async accept(listener: RawListener): Promise<WebPeer> {
    return WebPeer.over(await listener.accept(), 'server')
  }

  /** The lines of a request or of an answer. */
  async head(): Promise<string[]> {
    const head = await this.raw.readUntil(END_OF_HEAD)
    return head.toString('latin1').split('\r\n')
  }

  /** Upgrades a connection, whichever side of it this is. */
  async upgrade(headers: Headers = {}): Promise<void> {
    if (this.key === undefined) {
      this.raw.write(upgradeResponse(await this.raw.readUntil(END_OF_HEAD), headers))
    } else {
      this.raw.write(upgradeRequest({ headers }))
      await this.head()
    }
  }

  /** Upgrades, and introduces itself as a socket of that type. */
  async introduce(socketType: string): Promise<void> {
    await this.upgrade()
    this.raw.write(zwsCommand(ready(socketType), this.key))
    await this.frame()
  }

  /** The next frame. */
  async frame(): Promise<WebSocketFrame> {
    let bytes = await this.raw.read(2)
    for (;;) {
      const taken = takeWebSocketFrame(bytes)
      if (taken !== undefined) return taken.frame
      bytes = Buffer.concat([bytes, await this.raw.read(1)])
    }
  }
}
