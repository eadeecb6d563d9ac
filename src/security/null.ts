import { protocolError } from '../errors.js'
import { concat, toLatin1 } from '../util/bytes.js'
import { decodeCommand, encodeCommand } from '../wire/command.js'
import { decodeMetadata, type Metadata } from '../wire/metadata.js'
import type { Mechanism } from './mechanism.js'

/**
 * NULL (RFC 37 "The NULL Security Mechanism"): each side sends READY with its metadata, in whichever
 * order, and has then nothing more to say before the other's READY is there.
 */
export class NullMechanism implements Mechanism {
  readonly name = 'NULL'
  readonly asServer = false
  readonly #properties: readonly Uint8Array[]
  #metadata: Metadata | undefined

  constructor(properties: readonly Uint8Array[]) {
    this.#properties = properties
  }

  get metadata(): Metadata | undefined {
    return this.#metadata
  }

  start(): Uint8Array {
    return encodeCommand('READY', concat(this.#properties))
  }

  receive(body: Uint8Array): undefined {
    const command = decodeCommand(body)
    if (command?.name === 'ERROR') throw refused(command.data)
    if (command?.name !== 'READY') {
      throw protocolError(
        `expected READY, the peer sent ${command === undefined ? 'no command' : JSON.stringify(command.name)}`,
        'ERR_ZMTP_UNEXPECTED_COMMAND',
      )
    }
    this.#metadata = decodeMetadata(command.data)
  }
}

/** The peer's ERROR (RFC 37 "ERROR"): a length byte and a reason, fatal for this connection. */
function refused(data: Uint8Array): Error {
  const length = data[0] ?? 0
  if (data.length !== 1 + length) {
    return protocolError('the peer sent a malformed ERROR', 'ERR_ZMTP_MALFORMED_COMMAND_ERROR')
  }
  const reason = toLatin1(data.subarray(1))
  return protocolError(
    `the peer refused the connection: ${JSON.stringify(reason)}`,
    'ERR_ZMTP_UNSPECIFIED',
  )
}
