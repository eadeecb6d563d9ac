const LENGTH = 16

/** Who a node is. */
export interface Uuid {
  readonly bytes: Uint8Array
  /** 32 digits, hexadecimal, as other implementations show it. */
  readonly text: string
  /** The name by which ROUTER sockets know the node: it begins with 1, as the UUID may begin with 0. */
  readonly routingId: Uint8Array
}

/** @throws RangeError when it is not of 16 bytes. */
export function uuidOf(bytes: Uint8Array): Uuid {
  if (bytes.length !== LENGTH) throw new RangeError(`a UUID has 16 bytes, not ${bytes.length}`)
  return { bytes: bytes.slice(), text: textOf(bytes), routingId: Uint8Array.of(1, ...bytes) }
}

export function newUuid(): Uuid {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  // Version 4, variant 1.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return uuidOf(bytes)
}

export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')
}

/** The text of a UUID in a routing id; undefined when it is none. */
export function textOfRoutingId(id: Uint8Array | undefined): string | undefined {
  return id?.length === LENGTH + 1 && id[0] === 1 ? textOf(id.subarray(1)) : undefined
}
