/** What a peer may make us hold, whatever it says. Lengths are judged before anything is allocated. */
export const LIMITS = {
  /** Bytes of one frame, and of one unfinished message, where `maxMessageSize` does not say less. */
  message: 0x7fff_ffff,
  /** Parts of one message: empty parts cost two bytes on the wire and a hundred in memory. */
  parts: 65_536,
  /** Bytes of one command before the handshake is done. */
  handshakeCommand: 65_536,
  /** Properties in the metadata of a peer: empty ones cost six bytes on the wire and a hundred in memory. */
  properties: 256,
  /** Bytes of one command afterwards, and so of a topic. */
  command: 1_048_576,
} as const
