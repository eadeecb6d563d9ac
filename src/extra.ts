/**
 * What zerowire has beyond the exports of `zeromq`, under a name of its own: `zerowire/extra`.
 *
 * @module zerowire/extra
 */
import './error-help.js'
export { ZmqError, type ErrorCode, type ErrorDetails } from './errors.js'
export type { PeerInfo } from './events.js'
export type { Message } from './message.js'
export { peerOf } from './socket/message-peers.js'
export { sameSecret } from './util/same-secret.js'
export { transfer } from './util/transfer.js'
