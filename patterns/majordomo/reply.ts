import type { Message } from 'zerowire/extra'
import { commandOf, dialectOf, isSame, type Dialect } from './protocol.js'

/** What a client gets for a request. */
export interface Reply {
  /** The name of the service that was asked. */
  readonly service: Message
  /** The frames of the reply. */
  readonly body: Message[]
  /** Whether it is the last one; only in 0.2 there are others. */
  readonly final: boolean
}

/** A reply in this dialect; undefined for everything else. */
export function replyOf(dialect: Dialect, message: Message[]): Reply | undefined {
  if (dialectOf(message, 0) !== dialect) return undefined
  let at = dialect.head.length
  let final = true
  if (dialect.version === '0.2') {
    const command = commandOf(dialect, message[at++])
    if (command !== 'partial' && command !== 'final') return undefined
    final = command === 'final'
  }
  const service = message[at++]
  return service === undefined || at === message.length
    ? undefined
    : { service, body: message.slice(at), final }
}

/** Whether a reply is from the service of that name. */
export function isFrom(reply: Reply, service: string): boolean {
  return isSame(reply.service, new TextEncoder().encode(service))
}
