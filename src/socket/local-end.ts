import type { ContextServices } from '../context.js'
import type { Emit } from '../events.js'
import type { OptionValues } from '../options.js'
import { isOpen } from '../session/session.js'
import { EMPTY } from '../util/bytes.js'
import type { ConnectorEnd } from './connector.js'
import type { SocketType } from './socket-type.js'

/** What transports and sessions need to know of a socket. */
export function localEnd(
  type: SocketType,
  options: OptionValues,
  services: ContextServices,
  emit: Emit,
): ConnectorEnd {
  return {
    socketType: type.name,
    groups: type.groups === true,
    raw: type.raw === true,
    routingId: type.named === true ? (options.routingId ?? EMPTY) : undefined,
    options,
    accepts: (peer) => (type.peers as readonly string[]).includes(peer),
    emit,
    authenticator: (connection, gone) =>
      isOpen(options)
        ? undefined
        : async (stranger) => {
            const { judge } = await import('./authentication.js')
            return judge(stranger, { connection, options, services, signal: gone() })
          },
  }
}
