import { zmtpHeader } from './slow.js'

/** Bytes of a command in a handshake: more are refused. */
const LONGEST_COMMAND = 65_536

/** Whether a peer that says this has made itself known by ZMTP 3 with the mechanism NULL (RFC 37), to the letter. */
export function slowHandshake(bytes: Buffer, accepts: (socketType: string) => boolean): boolean {
  if (bytes.length < 64) return false
  const [first, tenth, major] = [bytes.readUInt8(0), bytes.readUInt8(9), bytes.readUInt8(10)]
  if (first !== 0xff || (tenth & 1) === 0 || major < 3) return false
  if (bytes.toString('latin1', 12, 32) !== 'NULL'.padEnd(20, '\0')) return false
  const header = zmtpHeader(bytes, 64)
  if (header === undefined || typeof header === 'string') return false
  const end = header.start + Number(header.length)
  if (end > bytes.length || end - header.start > LONGEST_COMMAND) return false
  const body = bytes.subarray(header.start, end)
  if (body.toString('latin1', 0, 6) !== '\x05READY') return false
  return isFit(body.subarray(6), accepts)
}

/** The most properties that a peer may have. */
const MOST_PROPERTIES = 256

/** Properties are whole and not too many, and the first that says the socket type says a fitting one. */
export function isFit(metadata: Buffer, accepts: (socketType: string) => boolean): boolean {
  let socketType: string | undefined
  let count = 0
  for (let at = 0; at < metadata.length;) {
    if (++count > MOST_PROPERTIES) return false
    const nameEnd = at + 1 + metadata.readUInt8(at)
    if (nameEnd === at + 1 || nameEnd + 4 > metadata.length) return false
    const valueEnd = nameEnd + 4 + metadata.readUInt32BE(nameEnd)
    if (valueEnd > metadata.length) return false
    if (metadata.toString('latin1', at + 1, nameEnd).toLowerCase() === 'socket-type') {
      socketType ??= metadata.toString('latin1', nameEnd + 4, valueEnd)
    }
    at = valueEnd
  }
  return socketType === undefined || socketType === '' || accepts(socketType)
}
