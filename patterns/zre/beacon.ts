/** What a node lets others know all the time. */
export interface Announcement {
  /** Who it is: 16 bytes. */
  readonly uuid: Uint8Array
  /** Where others are to connect to; null when it leaves. */
  readonly endpoint: string | null
}

/** How nodes learn of each other. */
export interface Beacon {
  /**
   * Begins to listen. Called once.
   * @param heard is called with each announcement, also our own, and with undefined for what is none.
   * @returns the host that others reach us at, such as `192.168.1.7`.
   */
  open(heard: (announcement: Announcement | undefined) => void): Promise<string>
  /** Lets everybody know; the node calls it at each interval. Rejects when that was not possible. */
  announce(announcement: Announcement): Promise<void>
  /** Hears and announces no more. */
  close(): Promise<void>
}

const HEADER = [...new TextEncoder().encode('ZRE'), 1]
const LENGTH = 22

/** The 22 bytes of an announcement over UDP; port 0 when the node leaves. */
export function encodeBeacon(uuid: Uint8Array, port: number): Uint8Array {
  const bytes = new Uint8Array(LENGTH)
  bytes.set(HEADER)
  bytes.set(uuid, HEADER.length)
  bytes.set([port >> 8, port & 0xff], LENGTH - 2)
  return bytes
}

/** What a beacon over UDP says (RFC 36). */
export interface Beacon22 {
  /** The UUID of the node: 16 bytes. */
  readonly uuid: Uint8Array
  /** Where its inbox is; 0 when it leaves. */
  readonly port: number
}

/** Undefined for what is no announcement. */
export function decodeBeacon(bytes: Uint8Array): Beacon22 | undefined {
  if (bytes.length !== LENGTH || HEADER.some((byte, i) => bytes[i] !== byte)) return undefined
  const [high = 0, low = 0] = bytes.subarray(LENGTH - 2)
  return {
    uuid: Uint8Array.from(bytes.subarray(HEADER.length, LENGTH - 2)),
    port: high * 256 + low,
  }
}
