import { protocolError, ZmqError, type Status } from '../errors.js'
import { toLatin1 } from '../util/bytes.js'
import { decodeCommand, type Command } from '../wire/command.js'

/*
 * What all mechanisms have in common: commands that are expected or not, and ERROR (RFC 37 "ERROR"),
 * whose reason is a status of ZAP where libzmq sends it:
 *
 *   05 "ERROR"  reasonLength(1)  reason
 */

const WORDS: Readonly<Record<Status, string>> = {
  300: 'Temporary error',
  400: 'Authentication failure',
  500: 'Internal error',
}

/** The error with which a handshake ends that has been refused, by us or by the peer. */
export function refusal(status: Status, reason: string): ZmqError {
  return new ZmqError('EACCES', { message: WORDS[status], status, reason })
}

/** @throws ZmqError when it is another command than the one that is due, such as ERROR. */
export function expect(name: string, body: Uint8Array): Uint8Array {
  const command = decodeCommand(body)
  if (command?.name === name) return command.data
  if (command?.name === 'ERROR') throw refusedBy(command.data)
  throw unexpected(name, command)
}

function unexpected(name: string, command: Command | undefined): ZmqError {
  const said = command === undefined ? 'no command' : JSON.stringify(command.name)
  return protocolError(`expected ${name}, the peer sent ${said}`, 'ERR_ZMTP_UNEXPECTED_COMMAND')
}

function refusedBy(data: Uint8Array): ZmqError {
  const [length = 0] = data
  if (data.length !== 1 + length) {
    return protocolError('the peer sent a malformed ERROR', 'ERR_ZMTP_MALFORMED_COMMAND_ERROR')
  }
  const said = toLatin1(data.subarray(1))
  const reason = `the peer refused the connection: ${JSON.stringify(said)}`
  if (Object.hasOwn(WORDS, said)) return refusal(Number(said) as Status, reason)
  return protocolError(reason, 'ERR_ZMTP_UNSPECIFIED')
}
