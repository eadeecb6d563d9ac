import { RawPeer } from '../support/raw-peer.js'
import { WebPeer } from '../support/web-peer.js'
import { PING, PONG, wsFrame } from '../support/websocket-frames.js'
import {
  command,
  greeting,
  GREETING_SIZE,
  isCommand,
  ping,
  property,
  ready,
  takeFrame,
  type Frame,
} from '../support/wire.js'
import type { Attack } from './attack.js'
import type { Layer, Stranger } from './driver.js'

const QUESTION = 'still there?'

/** ZMTP with the mechanism NULL, over a stream of bytes. */
class ZmtpStranger implements Stranger {
  protected readonly raw: RawPeer

  constructor(raw: RawPeer) {
    this.raw = raw
  }

  get closed(): Promise<void> {
    return this.raw.closed
  }

  write(...chunks: Uint8Array[]): void {
    this.raw.write(...chunks)
  }

  end(): void {
    this.raw.end()
  }

  async reach(stage: Attack['stage'], socketType: string): Promise<void> {
    if (stage === 'traffic') await this.raw.handshake(socketType)
  }

  async admitted(): Promise<void> {
    await this.raw.read(GREETING_SIZE)
    await this.raw.readFrame()
  }

  async expectPresent(): Promise<void> {
    this.raw.write(ping(0, QUESTION))
    for (;;) {
      const frame = await this.raw.readFrame()
      if (isCommand(frame, 'PONG') && frame.body.includes(QUESTION)) return
    }
  }
}

export const zmtp: Layer = { stranger: (raw) => new ZmtpStranger(raw) }

const USER = { plainUsername: 'user', plainPassword: 'secret' }

/** What says that it knows the password. */
export const plainHello: Buffer = command('HELLO', Buffer.from('\x04user\x06secret'))

/** ZMTP with the mechanism PLAIN, at either side of it. */
class PlainStranger extends ZmtpStranger {
  readonly #side: 'client' | 'server'

  constructor(raw: RawPeer, side: 'client' | 'server') {
    super(raw)
    this.#side = side
  }

  override async reach(stage: Attack['stage'], socketType: string): Promise<void> {
    if (stage === 'handshake') return
    const data = property('Socket-Type', socketType)
    const asServer = this.#side === 'server'
    this.write(greeting({ mechanism: 'PLAIN', asServer }))
    await this.raw.read(GREETING_SIZE)
    if (!asServer) this.write(plainHello)
    await this.raw.readFrame()
    this.write(asServer ? command('WELCOME') : command('INITIATE', data))
    await this.raw.readFrame()
    if (asServer) this.write(command('READY', data))
  }
}

/** The victim is the server where it listens; it would let older peers in if it had no password. */
export const plain: Layer = {
  stranger: (raw, side) => new PlainStranger(raw, side),
  equipment: (victim) => {
    const server = {
      plainServer: true,
      authenticate: ({ username, password }: { username?: string; password?: string }) =>
        username === USER.plainUsername && password === USER.plainPassword,
    }
    return victim === 'listener'
      ? { victim: { ...server, minimumZmtpVersion: 1 }, peers: USER }
      : { victim: { ...USER, minimumZmtpVersion: 1 }, peers: server }
  },
}

/** ZWS 2.0, behind the upgrade to WebSocket. */
class WebStranger implements Stranger {
  readonly #peer: WebPeer
  readonly key: Buffer | undefined

  constructor(peer: WebPeer) {
    this.#peer = peer
    this.key = peer.key
  }

  get closed(): Promise<void> {
    return this.#peer.raw.closed
  }

  write(...chunks: Uint8Array[]): void {
    this.#peer.raw.write(...chunks)
  }

  end(): void {
    this.#peer.raw.end()
  }

  async reach(stage: Attack['stage'], socketType: string): Promise<void> {
    if (stage === 'traffic') await this.#peer.introduce(socketType)
    else await this.#peer.upgrade()
  }

  async admitted(): Promise<void> {
    await this.#peer.frame()
  }

  async expectPresent(): Promise<void> {
    this.write(wsFrame(Buffer.from(QUESTION), { opcode: PING, key: this.key }))
    for (;;) {
      const { opcode, payload } = await this.#peer.frame()
      if (opcode === PONG && String(payload) === QUESTION) return
    }
  }
}

export const zws: Layer = { stranger: (raw, side) => new WebStranger(WebPeer.over(raw, side)) }

/** ZMTP in messages of WebSocket, as a browser speaks it to a listener of ours. */
class BrowserStranger implements Stranger {
  readonly #peer: WebPeer
  /** What has come in messages and has not been read. */
  #unread: Buffer = Buffer.alloc(0)

  constructor(peer: WebPeer) {
    this.#peer = peer
  }

  get closed(): Promise<void> {
    return this.#peer.raw.closed
  }

  write(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.#peer.raw.write(wsFrame(chunk, { key: this.#peer.key }))
  }

  end(): void {
    this.#peer.raw.end()
  }

  async reach(stage: Attack['stage'], socketType: string): Promise<void> {
    await this.#peer.upgrade({ 'Sec-WebSocket-Protocol': 'zmtp-stream' })
    if (stage === 'handshake') return
    this.write(greeting(), ready(socketType))
    await this.admitted()
  }

  async admitted(): Promise<void> {
    while (this.#unread.length < GREETING_SIZE) await this.#more()
    this.#unread = this.#unread.subarray(GREETING_SIZE)
    await this.#frame()
  }

  async expectPresent(): Promise<void> {
    this.write(ping(0, QUESTION))
    for (;;) {
      const frame = await this.#frame()
      if (isCommand(frame, 'PONG') && frame.body.includes(QUESTION)) return
    }
  }

  async #more(): Promise<void> {
    this.#unread = Buffer.concat([this.#unread, (await this.#peer.frame()).payload])
  }

  async #frame(): Promise<Frame> {
    for (;;) {
      const taken = takeFrame(this.#unread)
      if (taken !== undefined) {
        this.#unread = taken.rest
        return taken.frame
      }
      await this.#more()
    }
  }
}

export const zmtpInWebSocket: Layer = {
  stranger: (raw, side) => new BrowserStranger(WebPeer.over(raw, side)),
}
