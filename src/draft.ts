/**
 * The draft socket types of ZeroMQ: `zerowire/draft`.
 *
 * @module zerowire/draft
 */
import { context, servicesOf } from './context.js'
import './socket/numbered-options.js'

export { Channel } from './socket/channel.js'
export { Client } from './socket/client.js'
export { Datagram } from './socket/datagram.js'
export { Dish, type DishGroupOptions } from './socket/dish.js'
export { Gather } from './socket/gather.js'
export type { NumberedSocket, ServerRoutingOptions } from './socket/numbered-socket.js'
export { Peer } from './socket/peer.js'
export { Radio, type RadioGroupOptions } from './socket/radio.js'
export { Scatter } from './socket/scatter.js'
export { Server } from './socket/server.js'

// The reference's words, once: modules are evaluated once.
servicesOf(context).warn('ZeroMQ draft features are experimental and could change at any time.')
