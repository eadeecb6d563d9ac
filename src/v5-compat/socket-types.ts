import { ZmqError } from '../errors.js'
import { Dealer } from '../socket/dealer.js'
import { Pair } from '../socket/pair.js'
import { Publisher } from '../socket/publisher.js'
import { Pull } from '../socket/pull.js'
import { Push } from '../socket/push.js'
import { Reply } from '../socket/reply.js'
import { Request } from '../socket/request.js'
import { Router } from '../socket/router.js'
import type { Socket } from '../socket/socket.js'
import { Stream } from '../socket/stream.js'
import { Subscriber } from '../socket/subscriber.js'
import { XPublisher } from '../socket/xpublisher.js'
import { XSubscriber } from '../socket/xsubscriber.js'

/** The types of sockets; `xreq` and `xrep` are the old names of `dealer` and `router`. */
export type SocketType =
  | 'pair'
  | 'req'
  | 'rep'
  | 'pub'
  | 'sub'
  | 'dealer'
  | 'xreq'
  | 'router'
  | 'xrep'
  | 'pull'
  | 'push'
  | 'xpub'
  | 'xsub'
  | 'stream'

const CLASSES: Readonly<Record<SocketType, new () => Socket>> = {
  pair: Pair,
  req: Request,
  rep: Reply,
  pub: Publisher,
  sub: Subscriber,
  dealer: Dealer,
  xreq: Dealer,
  router: Router,
  xrep: Router,
  pull: Pull,
  push: Push,
  xpub: XPublisher,
  xsub: XSubscriber,
  stream: Stream,
}

/** @throws ZmqError `EINVAL` when there is no such type. */
export function open(type: SocketType): Socket {
  const known: Readonly<Record<string, new () => Socket>> = CLASSES
  const constructor = Object.hasOwn(known, type) ? known[type] : undefined
  if (constructor === undefined) {
    throw new ZmqError('EINVAL', {
      message: `Invalid socket type: ${type}`,
      reason: `there are: ${Object.keys(known).join(', ')}`,
    })
  }
  return new constructor()
}
