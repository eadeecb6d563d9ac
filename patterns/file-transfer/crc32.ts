/** The remainder of each byte, for the polynomial of Ethernet and zip. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/** CRC-32 as zip and PNG have it: finds accidents, no forgery. */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- takes half the time
  for (let at = 0; at < bytes.length; at++) {
    rest = (TABLE[(rest ^ (bytes[at] as number)) & 0xff] as number) ^ (rest >>> 8)
  }
  return ~rest >>> 0
}
