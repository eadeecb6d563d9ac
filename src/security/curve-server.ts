import { protocolError } from '../errors.js'
import { concat } from '../util/bytes.js'
import { encodeCommand } from '../wire/command.js'
import { decodeMetadata } from '../wire/metadata.js'
import { KEY_SIZE, newKeyPair, openBox, sameSecret, sealBox, wipe } from './box.js'
import {
  COOKIE,
  demand,
  demandKey,
  demandSize,
  HELLO_SIZE,
  INITIATE_LEAST,
  keyOf,
  lastOf,
  LONG_NONCE,
  nonceOf,
  notGenuine,
  numberOf,
  PREFIXES,
  randomBytes,
  sealed,
  SHORT_NONCE,
  shortNonce,
  VOUCH,
  type Tools,
} from './curve.js'
import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { admit } from './admission.js'
import { expect } from './refusal.js'
import type { ShortNonce } from './sealed.js'

/** Where things are in HELLO, after its name: the version, zeros, then these. */
const CLIENT_AT = 74
const NUMBER_AT = CLIENT_AT + KEY_SIZE
const SIGNATURE_AT = NUMBER_AT + SHORT_NONCE

/** How long a client may take with its cookie (RFC 26). */
const COOKIE_MS = 60_000

/** What is kept of a HELLO: nothing that the client does not bring back in its cookie. */
interface Greeted {
  readonly cookieKey: Uint8Array
  readonly at: number
  readonly number: ShortNonce
}

/** What the boxes of an INITIATE hold. */
interface Initiate {
  readonly client: Uint8Array
  readonly metadata: Uint8Array
  readonly key: Uint8Array
  readonly number: ShortNonce
}

/** The side whose key is known, and that wants to know who comes. */
export class CurveServer implements Mechanism {
  readonly #host: MechanismHost
  readonly #tools: Tools
  readonly #secretKey: Uint8Array
  #greeted: Greeted | undefined
  #key: Uint8Array | undefined
  outcome: Outcome | undefined

  constructor(host: MechanismHost, tools: Tools) {
    this.#host = host
    this.#tools = tools
    this.#secretKey = keyOf(host.options, 'curveSecretKey')
  }

  start(): undefined {
    // The client begins.
  }

  receive(command: Uint8Array): Promise<void> | undefined {
    if (this.#greeted === undefined) this.#greeted = this.#hello(expect('HELLO', command))
    else return this.#judge(this.#initiate(expect('INITIATE', command), this.#greeted))
    return undefined
  }

  end(): void {
    wipe(this.#secretKey, this.#greeted?.cookieKey, this.#key)
  }

  /** Nothing is said to those who do not know our public key. */
  #hello(data: Uint8Array): Greeted {
    demandSize('HELLO', data, data.length === HELLO_SIZE)
    if (data[0] !== 1 || data[1] !== 0) {
      const version = `${String(data[0])}.${String(data[1])}`
      const reason = `the peer speaks CURVE ${version}, where there is only 1.0`
      throw protocolError(reason, 'ERR_ZMTP_MALFORMED_COMMAND_HELLO')
    }
    if (data.subarray(2, CLIENT_AT).some((byte) => byte !== 0)) {
      const reason = 'a HELLO has something else than zeros in its padding'
      throw protocolError(reason, 'ERR_ZMTP_MALFORMED_COMMAND_HELLO')
    }
    const { engine } = this.#tools
    const client = data.subarray(CLIENT_AT, NUMBER_AT)
    const number = data.subarray(NUMBER_AT, SIGNATURE_AT)
    const key = demandKey(engine.sharedKey(client, this.#secretKey))
    const nonce = nonceOf(PREFIXES.hello, number)
    const what = 'the HELLO of a client, which wants the public key of curveSecretKey,'
    demand(openBox(engine, key, nonce, data.subarray(SIGNATURE_AT)), what)
    const cookieKey = this.#welcome(client, key)
    wipe(key)
    return { cookieKey, at: this.#tools.now(), number: numberOf(number) }
  }

  /** @returns the key of the cookie. */
  #welcome(client: Uint8Array, key: Uint8Array): Uint8Array {
    const { engine, random } = this.#tools
    const { publicKey, secretKey } = newKeyPair(engine, random)
    const cookieKey = randomBytes(this.#tools, KEY_SIZE)
    const cookieNonce = randomBytes(this.#tools, LONG_NONCE)
    const kept = concat([client, secretKey])
    const box = sealBox(engine, cookieKey, nonceOf(PREFIXES.cookie, cookieNonce), kept)
    const nonce = randomBytes(this.#tools, LONG_NONCE)
    const said = concat([publicKey, cookieNonce, box])
    const welcome = sealBox(engine, key, nonceOf(PREFIXES.welcome, nonce), said)
    wipe(secretKey, kept)
    this.#host.say(encodeCommand('WELCOME', concat([nonce, welcome])))
    return cookieKey
  }

  #initiate(data: Uint8Array, { cookieKey, at, number: last }: Greeted): Initiate {
    demandSize('INITIATE', data, data.length >= INITIATE_LEAST)
    if (this.#tools.now() - at > COOKIE_MS) throw notGenuine('a cookie that was kept too long')
    const { engine } = this.#tools
    const cookieNonce = nonceOf(PREFIXES.cookie, data.subarray(0, LONG_NONCE))
    const cookie = demand(
      openBox(engine, cookieKey, cookieNonce, data.subarray(LONG_NONCE, COOKIE)),
      'the cookie of a client, which is for one connection only,',
    )
    wipe(cookieKey)
    const connection = cookie.subarray(0, KEY_SIZE)
    const secretKey = cookie.subarray(KEY_SIZE)
    const number = numberOf(data.subarray(COOKIE, COOKIE + SHORT_NONCE))
    if (number[0] < last[0] || (number[0] === last[0] && number[1] <= last[1])) {
      const reason = 'the nonce of INITIATE does not rise above that of HELLO'
      throw protocolError(reason, 'ERR_ZMTP_INVALID_SEQUENCE')
    }
    const key = (this.#key = demandKey(engine.sharedKey(connection, secretKey)))
    const nonce = nonceOf(PREFIXES.initiate, data.subarray(COOKIE, COOKIE + SHORT_NONCE))
    const box = data.subarray(COOKIE + SHORT_NONCE)
    const said = demand(openBox(engine, key, nonce, box), 'the INITIATE of a client')
    const client = said.subarray(0, KEY_SIZE)
    const vouchAt = KEY_SIZE + LONG_NONCE
    this.#vouched(said.subarray(KEY_SIZE, vouchAt + VOUCH), client, connection, secretKey)
    wipe(secretKey)
    return { client, metadata: said.subarray(vouchAt + VOUCH), key, number }
  }

  /** The client of this connection, and no other, must have meant us, and no other. */
  #vouched(
    data: Uint8Array,
    client: Uint8Array,
    connection: Uint8Array,
    secretKey: Uint8Array,
  ): void {
    const { engine } = this.#tools
    const key = demandKey(engine.sharedKey(client, secretKey))
    const nonce = nonceOf(PREFIXES.vouch, data.subarray(0, LONG_NONCE))
    const vouch = openBox(engine, key, nonce, data.subarray(LONG_NONCE))
    wipe(key)
    const meant = concat([connection, engine.publicKey(this.#secretKey)])
    if (!sameSecret(demand(vouch, 'the vouch of a client'), meant)) {
      throw notGenuine('the vouch of a client, which is for another connection or another server,')
    }
  }

  async #judge({ client, metadata: said, key, number }: Initiate): Promise<void> {
    const metadata = decodeMetadata(said)
    const credentials = [client]
    const verdict = await admit(this.#host, { mechanism: 'CURVE', credentials, metadata })
    const tools = this.#tools
    const nonce = shortNonce(PREFIXES.ready, 1)
    const box = sealBox(tools.engine, key, nonce, this.#host.properties)
    this.#host.say(encodeCommand('READY', concat([lastOf(nonce), box])))
    const last = { sent: 1, received: number }
    const codec = sealed(this.#host.codec, tools, key, true, last)
    this.outcome = { metadata, verdict, codec }
    this.end()
  }
}
