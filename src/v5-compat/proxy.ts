import { ZmqError } from '../errors.js'
import { passOn, type Socket } from './socket.js'

/** Old names that mean the same type. */
const OLD: Readonly<Record<string, string>> = { xreq: 'dealer', xrep: 'router' }

/** Frontend and backend as they fit together, with the parts before the body of what comes back. */
const PAIRS: Readonly<Record<string, number>> = {
  'push/pull': 0,
  'pull/push': 0,
  'xpub/xsub': 0,
  // The id of the peer, and the empty part before the body.
  'router/dealer': 2,
}

/**
 * Passes all messages on, from each of two sockets to the other, until one is closed, no faster than
 * the other can take them.
 *
 * @param frontend `push`, `pull`, `xpub` or `router`; and as its counterpart
 * @param backend `pull`, `push`, `xsub` or `dealer`.
 * @param capture gets a copy of everything from backend to frontend; of a `dealer` only the body.
 * @throws ZmqError `EINVAL` for any other pair of types.
 */
export function proxy(frontend: Socket, backend: Socket, capture?: Socket): void {
  const pair = [frontend, backend].map(({ type }) => OLD[type] ?? type).join('/')
  const envelope = PAIRS[pair]
  if (envelope === undefined) {
    throw new ZmqError('EINVAL', {
      message: 'This socket type order is not supported in compatibility mode',
      reason: `frontend/backend is ${pair}, there are: ${Object.keys(PAIRS).join(', ')}`,
    })
  }
  passOn(frontend, backend)
  passOn(backend, frontend)
  if (capture !== undefined) passOn(backend, capture, (parts) => parts.slice(envelope))
}
