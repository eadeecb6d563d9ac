import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { KEY_SIZE, newKeyPair, openBox, random } from '../../src/security/box.js'
import { noble } from '../../src/security/engines/noble.js'
import { RawPeer } from '../support/raw-peer.js'
import { command, frame, greeting, GREETING_SIZE, property } from '../support/wire.js'
import type { Attack } from './attack.js'
import type { Layer, Stranger } from './driver.js'

const QUESTION = Buffer.from('still there?')

/** A secret and a public key. */
export type Keys = ReturnType<typeof newKeyPair>

export const someKeys = (): Keys => newKeyPair(noble, random)

/** The keys of the server, and of those who mean well. */
const serverKeys = someKeys()
const clientKeys = someKeys()

/** Where an honest INITIATE is honest. */
export interface Lie {
  readonly metadata?: Uint8Array
  readonly connectionInVouch?: Uint8Array
  readonly serverInVouch?: Uint8Array
  readonly vouchSecret?: Uint8Array
  readonly number?: bigint
}

const short = (number: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(number)
  return bytes
}

function shared(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const key = noble.sharedKey(publicKey, secretKey)
  if (key === undefined) throw new Error('no key')
  return key
}

function box(prefix: string, rest: Uint8Array, key: Uint8Array, plaintext: Uint8Array): Buffer {
  const nonce = Buffer.concat([Buffer.from(prefix), rest])
  return Buffer.from(xsalsa20poly1305(key, nonce).encrypt(plaintext))
}

/** Knows CURVE by heart (RFC 26), and every key that it takes; what it makes of that is another matter. */
export class CurveStranger implements Stranger {
  readonly #raw: RawPeer
  readonly #side: 'client' | 'server'
  readonly connection = someKeys()
  /** The other side's key of the connection. */
  #theirs: Uint8Array = new Uint8Array(KEY_SIZE)
  #cookie: Uint8Array = Buffer.alloc(0)
  /** The last number that was used. */
  #sent = 2n

  constructor(raw: RawPeer, side: 'client' | 'server') {
    this.#raw = raw
    this.#side = side
  }

  get closed(): Promise<void> {
    return this.#raw.closed
  }

  write(...chunks: Uint8Array[]): void {
    this.#raw.write(...chunks)
  }

  end(): void {
    this.#raw.end()
  }

  /** A client that means ill does so when it has been welcomed, a server when it has been initiated. */
  async reach(stage: Attack['stage'], socketType: string): Promise<void> {
    if (this.#side === 'client') await this.#asClient()
    else await this.#asServer()
    if (stage === 'handshake') return
    const metadata = property('Socket-Type', socketType)
    this.write(this.#side === 'client' ? this.initiate({ metadata }) : this.ready(metadata))
    if (this.#side === 'client') await this.#raw.readFrame()
  }

  async #asClient(): Promise<void> {
    const { publicKey, secretKey } = this.connection
    const key = shared(serverKeys.publicKey, secretKey)
    const signature = box('CurveZMQHELLO---', short(1n), key, Buffer.alloc(64))
    const padded = Buffer.concat([Buffer.of(1, 0), Buffer.alloc(72)])
    const hello = Buffer.concat([padded, publicKey, short(1n), signature])
    this.write(greeting({ mechanism: 'CURVE' }), command('HELLO', hello))
    await this.#raw.read(GREETING_SIZE)
    const { body } = await this.#raw.readFrame()
    const nonce = Buffer.concat([Buffer.from('WELCOME-'), body.subarray(8, 24)])
    const welcome = openBox(noble, key, nonce, body.subarray(24)) ?? Buffer.alloc(0)
    this.#theirs = welcome.subarray(0, KEY_SIZE)
    this.#cookie = welcome.subarray(KEY_SIZE)
  }

  async #asServer(): Promise<void> {
    this.write(greeting({ mechanism: 'CURVE', asServer: true }))
    await this.#raw.read(GREETING_SIZE)
    const { body } = await this.#raw.readFrame()
    this.#theirs = body.subarray(80, 112)
    this.write(this.welcome())
    await this.#raw.readFrame()
  }

  welcome(): Buffer {
    const key = shared(this.#theirs, serverKeys.secretKey)
    const nonce = Buffer.alloc(16, 7)
    const said = Buffer.concat([this.connection.publicKey, Buffer.alloc(96, 5)])
    return command('WELCOME', Buffer.concat([nonce, box('WELCOME-', nonce, key, said)]))
  }

  initiate(lie: Lie = {}): Buffer {
    const {
      metadata = Buffer.alloc(0),
      connectionInVouch = this.connection.publicKey,
      serverInVouch = serverKeys.publicKey,
      vouchSecret = clientKeys.secretKey,
      number = 2n,
    } = lie
    const nonce = Buffer.alloc(16, 9)
    const vouched = Buffer.concat([connectionInVouch, serverInVouch])
    const vouch = box('VOUCH---', nonce, shared(this.#theirs, vouchSecret), vouched)
    const said = Buffer.concat([clientKeys.publicKey, nonce, vouch, metadata])
    const sealed = box('CurveZMQINITIATE', short(number), this.#key, said)
    return command('INITIATE', Buffer.concat([this.#cookie, short(number), sealed]))
  }

  ready(metadata: Uint8Array = Buffer.alloc(0), key = this.#key): Buffer {
    const sealed = box('CurveZMQREADY---', short(1n), key, metadata)
    return command('READY', Buffer.concat([short(1n), sealed]))
  }

  /** A MESSAGE whose box is genuine. */
  sealed(flags: number, body: Uint8Array, number = ++this.#sent): Buffer {
    const prefix = `CurveZMQMESSAGE${this.#side === 'client' ? 'C' : 'S'}`
    const made = box(prefix, short(number), this.#key, Buffer.concat([Buffer.of(flags), body]))
    return frame(0, Buffer.concat([Buffer.from('\x07MESSAGE'), short(number), made]))
  }

  ping(context: Uint8Array): Buffer {
    return this.sealed(2, Buffer.concat([Buffer.from('\x04PING\0\0'), context]))
  }

  get #key(): Uint8Array {
    return shared(this.#theirs, this.connection.secretKey)
  }

  async admitted(): Promise<void> {
    if (this.#side === 'client') await this.#raw.readFrame()
  }

  async expectPresent(): Promise<void> {
    this.write(this.ping(QUESTION))
    const prefix = `CurveZMQMESSAGE${this.#side === 'client' ? 'S' : 'C'}`
    for (;;) {
      const { body } = await this.#raw.readFrame()
      const nonce = Buffer.concat([Buffer.from(prefix), body.subarray(8, 16)])
      const opened = openBox(noble, this.#key, nonce, body.subarray(16))
      if (opened === undefined) throw new Error('a box that is not genuine')
      const text = Buffer.from(opened)
      if (text.subarray(0, 6).equals(Buffer.from('\x02\x04PONG')) && text.includes(QUESTION)) return
    }
  }
}

/** What says something with the keys of its connection. */
export const knowing =
  (say: (stranger: CurveStranger, socketType: string) => readonly Uint8Array[]): Attack['act'] =>
  (stranger, socketType) => {
    if (!(stranger instanceof CurveStranger)) throw new TypeError('a stranger without keys')
    stranger.write(...say(stranger, socketType))
  }

/** The victim is the server where it listens. */
export const curveByHeart: Layer = {
  stranger: (raw, side) => new CurveStranger(raw, side),
  equipment: (victim) => {
    const bytes = ({ publicKey, secretKey }: Keys) => [publicKey, secretKey].map(Buffer.from)
    const [serverPublic, serverSecret] = bytes(serverKeys)
    const [curvePublicKey, curveSecretKey] = bytes(clientKeys)
    const server = { curveServer: true, curveSecretKey: serverSecret }
    const client = { curveServerKey: serverPublic, curvePublicKey, curveSecretKey }
    return victim === 'listener'
      ? { victim: server, peers: client }
      : { victim: client, peers: server }
  },
}
