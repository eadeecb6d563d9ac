/**
 * Nodes of a local network that find each other, and talk one to one or in groups: ZRE (RFC 36).
 * [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/zre
 */
export {
  decodeBeacon,
  encodeBeacon,
  type Announcement,
  type Beacon,
  type Beacon22,
} from './beacon.js'
export { UdpBeacon, type UdpBeaconOptions } from './udp-beacon.js'
export { decode, encode, type Command, type Decoded, type Fault, type Limits } from './codec.js'
export {
  ZreWatch,
  type ExitReason,
  type Gone,
  type Happening,
  type InGroup,
  type Said,
  type ZreEvent,
  type ZrePeer,
} from './events.js'
export type { ZreOptions } from './options.js'
export type { Refusal, ZreStats } from './stats.js'
export { ZreDiscovery, type ZreDiscoveryOptions } from './zre-discovery.js'
export { Zre } from './zre.js'
