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

/** @returns the bytes; undefined when the text is no Z85: a foreign character, a group beyond 2^32, a length that is no multiple of 5. */
export function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % 5 !== 0) return undefined
  const view = new DataView(new ArrayBuffer((text.length / 5) * 4))
  for (let at = 0; at < text.length; at += 5) {
    let value = 0
    for (const character of text.slice(at, at + 5)) {
      const digit = DIGITS.indexOf(character)
      if (digit < 0) return undefined
      value = value * 85 + digit
    }
    if (value >= 2 ** 32) return undefined
    view.setUint32((at / 5) * 4, value)
  }
  return new Uint8Array(view.buffer)
}
