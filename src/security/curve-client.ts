import { ZmqError } from '../errors.js'
import { concat } from '../util/bytes.js'
import { encodeCommand } from '../wire/command.js'
import { decodeMetadata } from '../wire/metadata.js'
import { WELCOME } from './authenticator.js'
import { KEY_SIZE, newKeyPair, openBox, sameSecret, sealBox, wipe, type KeyPair } from './box.js'
import {
  COOKIE,
  demand,
  demandKey,
  demandSize,
  keyOf,
  lastOf,
  LONG_NONCE,
  nonceOf,
  numberOf,
  PREFIXES,
  randomBytes,
  READY_LEAST,
  sealed,
  SHORT_NONCE,
  shortNonce,
  SIGNATURE,
  WELCOME_SIZE,
  type Tools,
} from './curve.js'
import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { expect } from './refusal.js'

/** Version 1.0, and what makes HELLO longer than WELCOME: nobody gains by having a server answer others. */
const VERSION_AND_PADDING = Uint8Array.of(1, ...new Uint8Array(73))

/** The side that knows the server's key, and shows its own. */
export class CurveClient implements Mechanism {
  readonly #host: MechanismHost
  readonly #tools: Tools
  readonly #server: Uint8Array
  readonly #own: KeyPair
  readonly #connection: KeyPair
  /** What the two ends of the connection have in common. */
  #key: Uint8Array | undefined
  outcome: Outcome | undefined

  constructor(host: MechanismHost, tools: Tools) {
    const { options } = host
    this.#host = host
    this.#tools = tools
    this.#server = keyOf(options, 'curveServerKey')
    this.#own = {
      publicKey: keyOf(options, 'curvePublicKey'),
      secretKey: keyOf(options, 'curveSecretKey'),
    }
    this.#connection = newKeyPair(tools.engine, tools.random)
  }

  start(): undefined {
    const { engine } = this.#tools
    if (!sameSecret(engine.publicKey(this.#own.secretKey), this.#own.publicKey)) {
      const reason = 'option curvePublicKey is not the key that belongs to curveSecretKey'
      throw new ZmqError('EINVAL', { reason })
    }
    const { publicKey } = this.#connection
    const nonce = shortNonce(PREFIXES.hello, 1)
    const key = this.#keyWith(this.#server)
    const signature = sealBox(engine, key, nonce, new Uint8Array(SIGNATURE))
    wipe(key)
    const hello = concat([VERSION_AND_PADDING, publicKey, lastOf(nonce), signature])
    this.#host.say(encodeCommand('HELLO', hello))
  }

  receive(command: Uint8Array): undefined {
    if (this.#key === undefined) this.#welcome(expect('WELCOME', command))
    else this.#ready(expect('READY', command), this.#key)
  }

  end(): void {
    wipe(this.#own.secretKey, this.#connection.secretKey, this.#key)
  }

  #welcome(data: Uint8Array): void {
    demandSize('WELCOME', data, data.length === WELCOME_SIZE)
    const { engine } = this.#tools
    const nonce = nonceOf(PREFIXES.welcome, data.subarray(0, LONG_NONCE))
    const greeted = this.#keyWith(this.#server)
    const plaintext = openBox(engine, greeted, nonce, data.subarray(LONG_NONCE))
    wipe(greeted)
    const welcome = demand(
      plaintext,
      "the server's WELCOME, which wants the key of curveServerKey,",
    )
    const server = welcome.subarray(0, KEY_SIZE)
    const cookie = welcome.subarray(KEY_SIZE, KEY_SIZE + COOKIE)
    this.#key = this.#keyWith(server)
    this.#initiate(server, cookie, this.#key)
  }

  #initiate(server: Uint8Array, cookie: Uint8Array, key: Uint8Array): void {
    const { engine } = this.#tools
    const { publicKey } = this.#own
    const vouchNonce = randomBytes(this.#tools, LONG_NONCE)
    const vouched = concat([this.#connection.publicKey, this.#server])
    const vouchKey = demandKey(engine.sharedKey(server, this.#own.secretKey))
    const vouch = sealBox(engine, vouchKey, nonceOf(PREFIXES.vouch, vouchNonce), vouched)
    wipe(vouchKey)
    const nonce = shortNonce(PREFIXES.initiate, 2)
    const said = concat([publicKey, vouchNonce, vouch, this.#host.properties])
    const box = sealBox(engine, key, nonce, said)
    this.#host.say(encodeCommand('INITIATE', concat([cookie, lastOf(nonce), box])))
  }

  #ready(data: Uint8Array, key: Uint8Array): void {
    demandSize('READY', data, data.length >= READY_LEAST)
    const tools = this.#tools
    const number = data.subarray(0, SHORT_NONCE)
    const nonce = nonceOf(PREFIXES.ready, number)
    const ready = openBox(tools.engine, key, nonce, data.subarray(SHORT_NONCE))
    const metadata = decodeMetadata(demand(ready, "the server's READY"))
    const last = { sent: 2, received: numberOf(number) }
    const codec = sealed(this.#host.codec, tools, key, false, last)
    this.outcome = { metadata, verdict: WELCOME, codec }
    this.end()
  }

  #keyWith(publicKey: Uint8Array): Uint8Array {
    return demandKey(this.#tools.engine.sharedKey(publicKey, this.#connection.secretKey))
  }
}
