import '../error-codes.js'
import { protocolError } from '../errors.js'
import { concat, copyOf, fromText } from '../util/bytes.js'
import { encodeCommand } from '../wire/command.js'
import { decodeMetadata } from '../wire/metadata.js'
import { admit, MISSPELT_ERROR } from './admission.js'
import { WELCOME, type Stranger, type Verdict } from './authenticator.js'
import type { Mechanism, MechanismHost, Outcome } from './mechanism.js'
import { expect as expectSpelt } from './refusal.js'

/*
 * PLAIN (RFC 24): a user name and a password, in clear.
 *
 *   client                                                                   server
 *   05 "HELLO"  userLength(1) user  passwordLength(1) password   ->
 *                                                                <-  07 "WELCOME"
 *   08 "INITIATE"  metadata                                      ->
 *                                                                <-  05 "READY"  metadata
 */

function text(value: string | null): Uint8Array {
  const bytes = fromText(value ?? '')
  return concat([Uint8Array.of(bytes.length), bytes])
}

/** @throws ZmqError when it is another command than the one that is due, such as ERROR, misspelt or not. */
function expect(name: string, body: Uint8Array): Uint8Array {
  const misspelt = MISSPELT_ERROR.every((byte, at) => body[at] === byte)
  const data = body.subarray(MISSPELT_ERROR.length)
  return expectSpelt(name, misspelt ? encodeCommand('ERROR', data) : body)
}

/** The side that says who it is. */
export class PlainClient implements Mechanism {
  readonly #host: MechanismHost
  #welcome = false
  outcome: Outcome | undefined

  constructor(host: MechanismHost) {
    this.#host = host
  }

  start(): undefined {
    const { plainUsername, plainPassword } = this.#host.options
    const credentials = concat([text(plainUsername), text(plainPassword)])
    const hello = encodeCommand('HELLO', credentials)
    this.#host.say(hello)
    credentials.fill(0)
    hello.fill(0)
  }

  receive(command: Uint8Array): undefined {
    if (this.#welcome) {
      this.outcome = { metadata: decodeMetadata(expect('READY', command)), verdict: WELCOME }
      return
    }
    if (expect('WELCOME', command).length > 0) {
      const code = 'ERR_ZMTP_MALFORMED_COMMAND_WELCOME'
      throw protocolError('the peer sent a WELCOME with something in it', code)
    }
    this.#welcome = true
    this.#host.say(encodeCommand('INITIATE', this.#host.properties))
  }
}

/** The side that wants to know. */
export class PlainServer implements Mechanism {
  readonly #host: MechanismHost
  #credentials: readonly Uint8Array[] | undefined
  outcome: Outcome | undefined

  constructor(host: MechanismHost) {
    this.#host = host
  }

  start(): undefined {
    // The client begins.
  }

  receive(command: Uint8Array): Promise<void> | undefined {
    if (this.#credentials !== undefined) return this.#judge(this.#credentials, command)
    this.#credentials = credentials(expect('HELLO', command))
    this.#host.say(encodeCommand('WELCOME'))
    return undefined
  }

  /** Only now: whoever judges shall know all that there is to know. */
  async #judge(credentials: readonly Uint8Array[], command: Uint8Array): Promise<void> {
    const metadata = decodeMetadata(expect('INITIATE', command))
    const stranger: Stranger = { mechanism: 'PLAIN', credentials, metadata }
    let verdict: Verdict
    try {
      verdict = await admit(this.#host, stranger, true)
    } finally {
      for (const secret of credentials) secret.fill(0)
    }
    this.#host.say(encodeCommand('READY', this.#host.properties))
    this.outcome = { metadata, verdict }
  }
}

/** @throws ZmqError `ERR_ZMTP_MALFORMED_COMMAND_HELLO` when it is not two texts and nothing else. */
function credentials(hello: Uint8Array): Uint8Array[] {
  const userEnd = 1 + (hello[0] ?? 0)
  const passwordEnd = userEnd + 1 + (hello[userEnd] ?? 0)
  if (userEnd >= hello.length || passwordEnd !== hello.length) {
    const code = 'ERR_ZMTP_MALFORMED_COMMAND_HELLO'
    throw protocolError('the peer sent a HELLO that is not a user name and a password', code)
  }
  // Kept for as long as it takes to judge them.
  const found = [copyOf(hello.subarray(1, userEnd)), copyOf(hello.subarray(userEnd + 1))]
  hello.fill(0)
  return found
}
