/** Messages of RFC 12 by hand, byte by byte, as text of one character a byte. */

/** Eight bytes, the highest first. */
export function number(sequence: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(sequence))
  return bytes.toString('latin1')
}

export const hugz: readonly string[] = ['HUGZ', number(0), '', '', '']

export function kvsync(key: string, sequence: number, value: string): string[] {
  return [key, number(sequence), '', '', value]
}

export function kthxbai(sequence: number, subtree = ''): string[] {
  return ['KTHXBAI', number(sequence), '', '', subtree]
}

export function kvpub(
  key: string,
  sequence: number,
  value: string,
  { uuid = '', properties = '' } = {},
): string[] {
  return [key, number(sequence), uuid, properties, value]
}

/** As a client sends it: the number means nothing. */
export function kvset(
  key: string,
  value: string,
  more: { uuid?: string; properties?: string } = {},
): string[] {
  return kvpub(key, 0, value, more)
}

/** A uuid that can be told from others. */
export function uuid(name: string): string {
  return name.padEnd(16, '.')
}
