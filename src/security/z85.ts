/*
 * Z85 (RFC 32): four bytes as five printable characters, for keys in files and on command lines.
 */
const DIGITS =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

/** @param bytes a multiple of 4 of them. */
export function encodeZ85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const value = view.getUint32(at)
    for (let divisor = 85 ** 4; divisor >= 1; divisor /= 85) {
      text += DIGITS.charAt(Math.floor(value / divisor) % 85)
    }
  }
  return text
}
